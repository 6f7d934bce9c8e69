// Models for the tests of the public interfaces, made with the library's insides: those tests include none of
// them.
#pragma once

#include <cstdint>
#include <vector>

namespace capi_models {

// sum = a + b, float32 [-1, 3].
std::vector<uint8_t> add();
// double = Double(relu(x)), y = relu(double): float32 [4] between a builtin operator before and after; the
// custom operator has the option bytes 1, 2, 3.
std::vector<uint8_t> custom();
// y = |(-(x + x)) * x|, and z = x + x, float32 [2, 2].
std::vector<uint8_t> chain();

}  // namespace capi_models
