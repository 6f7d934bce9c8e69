#include "ops/lstm_layer.h"

namespace litewright {
namespace {

bool has(const NodeContext& c, int operand) { return operand >= 0 && c.has_input(operand); }

void require(const NodeContext& c, int operand, DType dtype, const Shape& shape) {
  if (c.input_dtype(operand) == dtype && c.input_shape(operand) == shape) return;
  c.fail(c.describe_input(operand), " should be ", dtype_name(dtype), to_string(shape));
}

void require_all_or_none(const NodeContext& c, const int (&operands)[4], bool coupled, bool present,
                         const char* what) {
  for (int gate = 0; gate < 4; ++gate) {
    if (operands[gate] < 0) continue;
    const bool wanted = present && !(gate == 0 && coupled);
    if (has(c, operands[gate]) != wanted) {
      c.fail("of the ", what, " some are there and some are not: input ", operands[gate], " should ",
             wanted ? "be there" : "be absent");
    }
  }
}

void require_state(const NodeContext& c, int operand, DType dtype, int64_t elements) {
  const Slot& state = c.input(operand);
  if (!state.tensor->is_variable) c.fail(c.describe_input(operand), " should be a variable tensor");
  if (state.dtype != dtype) c.fail(c.describe_input(operand), " should be ", dtype_name(dtype));
  if (num_elements(state.shape) != elements) {
    c.fail(c.describe_input(operand), " should have ", elements,
           " elements. (A state of a fixed batch does not follow a resized input: let FILL set it.)");
  }
}

}  // namespace

LstmSizes check_lstm(const NodeContext& c, const LstmOperands& o, const LstmParams& params) {
  LstmSizes s;
  check_recurrent_activation(c, params.activation);
  if (!(params.cell_clip >= 0) || !(params.proj_clip >= 0)) c.fail("a clip is below 0");
  const Shape& input = c.input_shape(o.input);
  if (input.size() != 2 && input.size() != 3)
    c.fail(c.describe_input(o.input), " should have 2 or 3 dimensions");
  static_cast<SequenceShape&>(s) = sequence_shape(input, params.time_major);
  const DType x = c.input_dtype(o.input), w = c.input_dtype(o.weights[3]);
  s.integer = x == DType::kInt8 && w == DType::kInt8;
  const bool hybrid = x == DType::kFloat32 && (w == DType::kInt8 || w == DType::kUInt8);
  if (!s.integer && !hybrid && (x != DType::kFloat32 || w != DType::kFloat32)) {
    c.fail(c.describe_input(o.input), " and ", c.describe_input(o.weights[3]),
           ": both should be float32 or int8, or the weights int8");
  }
  if (c.input_shape(o.weights[3]).size() != 2)
    c.fail(c.describe_input(o.weights[3]), " should have 2 dimensions");
  const int32_t cell = c.input_shape(o.weights[3])[0];
  const Shape& recurrent = c.input_shape(o.recurrent[3]);
  if (recurrent.size() != 1 && recurrent.size() != 2) {
    c.fail(c.describe_input(o.recurrent[3]), " should have 1 or 2 dimensions");
  }
  const int32_t output = recurrent.back();
  if (cell == 0 || output == 0) c.fail("it has no cells");
  s.cell = cell;
  s.output = output;
  s.coupled = !has(c, o.weights[0]);
  s.peephole = has(c, o.peephole[3]);
  s.projection = has(c, o.projection);
  s.norm = has(c, o.norm[1]);
  s.aux = has(c, o.aux_weights[1]);
  require_all_or_none(c, o.weights, s.coupled, true, "input weights");
  require_all_or_none(c, o.recurrent, s.coupled, true, "recurrent weights");
  require_all_or_none(c, o.bias, s.coupled, true, "biases");
  require_all_or_none(c, o.peephole, s.coupled, s.peephole, "peephole weights");
  require_all_or_none(c, o.norm, s.coupled, s.norm, "layer normalization coefficients");
  require_all_or_none(c, o.aux_weights, s.coupled, s.aux, "auxiliary weights");
  const DType bias = s.integer ? DType::kInt32 : DType::kFloat32;
  const int32_t inputs = static_cast<int32_t>(s.inputs);
  for (int gate = 0; gate < 4; ++gate) {
    if (gate == 0 && s.coupled) continue;
    require(c, o.weights[gate], w, {cell, inputs});
    if (c.input_shape(o.recurrent[gate]).size() == 1 && !s.integer) {
      require(c, o.recurrent[gate], DType::kFloat32, {cell});
      if (output != cell)
        c.fail(c.describe_input(o.recurrent[gate]), " is diagonal; the output has ", output, " units");
    } else {
      require(c, o.recurrent[gate], w, {cell, output});
    }
    require(c, o.bias[gate], bias, {cell});
    if (s.peephole && o.peephole[gate] >= 0)
      require(c, o.peephole[gate], s.integer ? DType::kInt16 : w, {cell});
    if (s.norm) require(c, o.norm[gate], s.integer ? DType::kInt16 : DType::kFloat32, {cell});
  }
  if (s.projection) {
    require(c, o.projection, w, {output, cell});
    if (has(c, o.projection_bias)) require(c, o.projection_bias, bias, {output});
  } else {
    if (has(c, o.projection_bias)) c.fail("there is a projection bias without projection weights");
    if (output != cell) c.fail(output, " outputs of ", cell, " cells need a projection");
  }
  if (s.aux) {
    Shape shape = input;
    if (!has(c, o.aux_input)) c.fail("auxiliary weights without an auxiliary input");
    if (!c.input_shape(o.aux_input).empty()) shape.back() = c.input_shape(o.aux_input).back();
    require(c, o.aux_input, x, shape);
    for (int gate = s.coupled ? 1 : 0; gate < 4; ++gate)
      require(c, o.aux_weights[gate], w, {cell, shape.back()});
  }
  require_state(c, o.output_state, x, s.batch * output);
  require_state(c, o.cell_state, s.integer ? DType::kInt16 : DType::kFloat32, s.batch * cell);
  return s;
}

}  // namespace litewright
