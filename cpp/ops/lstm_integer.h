// The LSTM with int8 activations and weights, int16 gates and an int16 cell state of a power-of-two scale.
#pragma once

#include "ops/lstm_layer.h"

namespace litewright {

Kernel prepare_integer_lstm(PrepareContext& c, const LstmOperands& operands, const LstmParams& params);

}  // namespace litewright
