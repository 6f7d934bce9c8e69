#pragma once

#include <vector>

namespace litewright {

// 1 / sqrt(x) of every element, in float32, to the bit as TensorFlow folds them on this machine, so that
// folded weights equal TensorFlow's: within two units in the last place.
void inverse_roots(std::vector<float>& values);

}  // namespace litewright
