#include "ops/comparison.h"

namespace litewright {

ComparedScale compared_scale(const NodeContext& c, int i) {
  const ScaleZero scale = input_scale(c, i);
  return {scale.zero, quantize_multiplier(scale.scale)};
}

}  // namespace litewright
