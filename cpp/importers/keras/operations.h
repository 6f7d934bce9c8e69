// What the rows for keras.ops calls share. Their parameters stand in the operation's configuration or among
// the call's arguments.
#pragma once

#include <utility>

#include "importers/keras/lowering.h"

namespace litewright::keras {

Rows derived_operations();

// An operand: a tensor, or a constant (a number, a list, an array). A number takes the dtype of `like`, where
// that is given.
TensorId operand(Lowering& layer, int position, std::initializer_list<const char*> names,
                 TensorId like = kNoTensor);
// Two operands brought to one dtype, as NumPy would.
std::pair<TensorId, TensorId> operands(Lowering& layer);
// A parameter from the configuration, else from the call; null if it is nowhere.
Json setting(Lowering& layer, const char* key, int position = -1);
// The axes of `x` that "axis" names; all of them for null.
Axes axes_setting(Lowering& layer, TensorId x, int position = 1);
int axis_setting(Lowering& layer, TensorId x, int64_t otherwise, int position = 1);
bool flag_setting(Lowering& layer, const char* key, int position = -1);
double number_setting(Lowering& layer, const char* key, double otherwise, int position = -1);
// One integer or a list of them; null counts as -1.
Axes integers_setting(Lowering& layer, const char* key, int position);
// All tensors of the call; Error if there are none.
Ids tensor_arguments(Lowering& layer);
// A constant from JSON numbers, nested lists or {"class_name": "__numpy__"}.
TensorId constant_from(Lowering& layer, const Json& value, TensorId like = kNoTensor);

}  // namespace litewright::keras
