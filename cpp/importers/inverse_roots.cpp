#include "importers/inverse_roots.h"

#include <cmath>
#include <cstddef>

#ifdef __SSE__
#include <xmmintrin.h>
#endif

namespace litewright {
namespace {

#ifdef __SSE__
// TensorFlow's packets on x86: as many elements are computed at once, what is left over one by one.
constexpr size_t kPacket = 8;

// One Newton step from the processor's estimate r: r - r / 2 * (x * r * r - 1).
float refined_estimate(float x) {
  const float estimate = _mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(x)));
  const float error = x * estimate * estimate - 1.0f;
  return estimate * -0.5f * error + estimate;
}
#else
constexpr size_t kPacket = 1;
float refined_estimate(float x) { return 1.0f / std::sqrt(x); }
#endif

}  // namespace

void inverse_roots(std::vector<float>& values) {
  const size_t whole = values.size() / kPacket * kPacket;
  for (size_t i = 0; i < values.size(); ++i) {
    const bool plain = i >= whole || !std::isnormal(values[i]) || values[i] < 0;
    values[i] = plain ? 1.0f / std::sqrt(values[i]) : refined_estimate(values[i]);
  }
}

}  // namespace litewright
