// The LSTM cell of kernel type BASIC: one step, one matrix for all gates (input, cell, forget, output).
#pragma once

#include "ops/op_def.h"

namespace litewright {

void infer_basic_lstm(InferContext& c);
Kernel prepare_basic_lstm(PrepareContext& c);

}  // namespace litewright
