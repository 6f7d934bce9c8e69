// Images brought to another size, as tf.image.resize does it.
#pragma once

#include <string>

#include "importers/keras/lowering.h"

namespace litewright::keras {

// [b, h, w, c] to a given height and width. Interpolations beyond nearest and bilinear become constant
// matrices.
TensorId resize_to(Lowering& layer, TensorId x, int32_t height, int32_t width,
                   const std::string& interpolation);
// The same by whole factors, for extents that are known only at run time (nearest and bilinear).
TensorId resize_by(Lowering& layer, TensorId x, int32_t factor_h, int32_t factor_w,
                   const std::string& interpolation);

}  // namespace litewright::keras
