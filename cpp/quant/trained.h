// Quantization that training acted out: FAKE_QUANT operators, and weights already rounded to steps, whose
// constants carry the first and the last step as Quantization::min and max (one for all, or one per channel).
#pragma once

#include <optional>

#include "quant/observer.h"
#include "quant/quantize.h"

namespace litewright {

// What integers an unranged graph gets its ranges from; a Range that is not seen: none.
struct GivenRanges {
  Ranges inputs;  // by input, where training noted none; may be shorter
  Range others;   // of every other activation without a range
};

// Takes FAKE_QUANT operators of 8 bits out of the main subgraph and gives the ranges they acted out, and what
// follows from them for operators that keep the scale of their operands or have a fixed one.
Ranges take_trained_ranges(Graph& graph, const GivenRanges& given);
// The noted steps of rounded weights as a form; nothing where none are noted or they do not fit `channels`.
std::optional<Form> trained_weight_form(const Tensor& weights, int axis);
// Takes the notes away.
void forget_trained_weights(Graph& graph);
// int8 tensors become uint8 ones with zero points moved by 128.
void shift_to_uint8(Graph& graph);

}  // namespace litewright
