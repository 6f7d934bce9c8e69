// FULLY_CONNECTED: input of rows of K values, weights [N,K], bias [N] -> [rows, N], or the input's dimensions
// with the last one N.
#include "ops/linear/fully_connected.h"

namespace litewright {
namespace {

bool shuffled(const NodeContext& context) {
  return context.options<FullyConnectedOptions>().weights_format ==
         FullyConnectedWeightsFormat::kShuffled4x16Int8;
}

ProductShape shape_of(const NodeContext& context) {
  const Shape& weights = context.input_shape(1);
  if (weights.size() != 2) context.fail(context.describe_input(1), " should have 2 dimensions");
  const int64_t elements = num_elements(context.input_shape(0));
  if (weights[1] < 1 || elements % weights[1] != 0) {
    context.fail(context.describe_input(0), " does not split into rows of ", weights[1], ", the depth of ",
                 context.describe_input(1));
  }
  return {elements / weights[1], weights[0], weights[1]};
}

bool is_small_int(DType dtype) {
  return dtype == DType::kInt8 || dtype == DType::kInt4 || dtype == DType::kInt2;
}

void check_types(const NodeContext& context) {
  const DType in = context.input_dtype(0), w = context.input_dtype(1);
  bool fits = false;
  switch (in) {
    case DType::kFloat32:
      fits = w == DType::kFloat32 || w == DType::kUInt8 || is_small_int(w);
      break;
    case DType::kInt8:
      fits = is_small_int(w);
      break;
    case DType::kUInt8:
      fits = w == DType::kUInt8 || (shuffled(context) && w == DType::kInt8);
      break;
    case DType::kInt16:
      fits = is_small_int(w);
      break;
    default:
      break;
  }
  if (!fits) context.fail(context.describe_input(0), " does not go with ", context.describe_input(1));
  if (!context.has_input(2)) return;
  const DType bias = context.input_dtype(2);
  const bool bias_fits = in == DType::kFloat32
                             ? bias == DType::kFloat32
                             : bias == DType::kInt32 || (in == DType::kInt16 && bias == DType::kInt64);
  if (!bias_fits || num_elements(context.input_shape(2)) != context.input_shape(1)[0]) {
    context.fail(context.describe_input(2), " does not go with ", context.describe_input(1));
  }
}

void infer(InferContext& context) {
  const ProductShape shape = shape_of(context);
  check_types(context);
  const auto& options = context.options<FullyConnectedOptions>();
  const DType in = context.input_dtype(0);
  DType out = in;
  if (context.declares_outputs() && in != DType::kFloat32) {
    const DType declared = context.output_dtype(0);
    if (declared == DType::kInt16) out = declared;
  }
  Shape result = {static_cast<int32_t>(shape.rows), static_cast<int32_t>(shape.n)};
  if (options.keep_num_dims) {
    result = context.input_shape(0);
    if (result.empty() || result.back() != shape.k) {
      context.fail("the last dimension of ", context.describe_input(0), " should be ", shape.k);
    }
    result.back() = static_cast<int32_t>(shape.n);
  }
  context.set_output(0, out, result);
  // The reference's working memory for shuffled weights.
  if (context.has_output(1)) context.set_output(1, DType::kUInt8, context.input_shape(0));
}

Kernel prepare(PrepareContext& context) {
  const ProductShape shape = shape_of(context);
  const auto& options = context.options<FullyConnectedOptions>();
  const Activation activation = options.fused_activation_function;
  if (shuffled(context)) {
    if (context.input_dtype(0) != DType::kUInt8) context.fail("shuffled weights need uint8 input");
    return prepare_shuffled_product(context, shape, activation);
  }
  if (context.input_dtype(0) != DType::kFloat32) return prepare_int_product(context, shape, activation);
  if (context.input_dtype(1) == DType::kFloat32) return prepare_float_product(context, shape, activation);
  return prepare_hybrid_product(context, shape, activation, options.asymmetric_quantize_inputs);
}

}  // namespace

extern const OpDef kFullyConnected;
const OpDef kFullyConnected = {
    .code = BuiltinOp::kFullyConnected,
    .max_version = 14,
    .inputs = {{"input"}, {"weights"}, {"bias", OperandDef::kOptional}},
    .outputs = {{"output"}, {"shuffled_input", OperandDef::kOptional}},
    .options = &schema_of<FullyConnectedOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange,
              .int16 = true,
              .weights = 1,
              .axis = 0,
              .bias = 2,
              .hybrid = QuantRule::kComputes,
              .hybrid_operands = {1}},
    .types = "float32, int8, uint8, int16; float32 with int8, int4 or int2 weights",
    .fast_path = true,
};

}  // namespace litewright
