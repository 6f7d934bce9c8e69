// STABLEHLO_REDUCE_WINDOW (operand, initial value): the elements of every window reduced to one by the one
// operator of a subgraph. The operand is first spread by base_dilations and given edges of the initial value;
// negative edges cut off. REDUCE_WINDOW (operand, initial value, window shape, strides, dilations): the same
// without spreading and edges.
#include <algorithm>

#include "ops/movement.h"
#include "ops/reductions.h"
#include "runtime/subgraph_executor.h"

namespace litewright {
namespace {

struct Dimension {
  int64_t extent;  // of the operand
  int64_t window, stride, base_dilation, window_dilation, before, after;
  int64_t padded() const { return (extent == 0 ? 0 : (extent - 1) * base_dilation + 1) + before + after; }
  int64_t output() const {
    const int64_t span = (window - 1) * window_dilation + 1;
    return padded() < span ? 0 : (padded() - span) / stride + 1;
  }
};

std::vector<Dimension> dimensions(const NodeContext& c, const std::vector<int64_t>& window,
                                  const std::vector<int64_t>& strides, const std::vector<int64_t>& base,
                                  const std::vector<int64_t>& dilations,
                                  const std::vector<int64_t>& padding) {
  const Shape& shape = c.input_shape(0);
  const size_t rank = shape.size();
  if (c.input_dtype(1) != c.input_dtype(0) || num_elements(c.input_shape(1)) != 1)
    c.fail(c.describe_input(1), " should be one element like ", c.describe_input(0));
  if (window.size() != rank || strides.size() != rank || base.size() != rank || dilations.size() != rank ||
      padding.size() != 2 * rank) {
    c.fail("its window does not fit ", c.describe_input(0));
  }
  std::vector<Dimension> result;
  for (size_t i = 0; i < rank; ++i) {
    for (int64_t value : {window[i], strides[i], base[i], dilations[i]}) {
      if (value < 1 || value > INT32_MAX)
        c.fail("a window, stride or dilation of dimension ", i, " is ", value);
    }
    if (std::abs(padding[2 * i]) > INT32_MAX || std::abs(padding[2 * i + 1]) > INT32_MAX)
      c.fail("the padding of dimension ", i, " is too large");
    result.push_back(
        {shape[i], window[i], strides[i], base[i], dilations[i], padding[2 * i], padding[2 * i + 1]});
    if (result.back().padded() <= 0)
      c.fail("the padding leaves nothing of dimension ", i, " of ", c.describe_input(0));
  }
  return result;
}

std::vector<Dimension> stablehlo_dimensions(const NodeContext& c) {
  const auto& o = c.options<StablehloReduceWindowOptions>();
  const size_t rank = c.input_shape(0).size();
  const auto or_ones = [&](const std::vector<int64_t>& values) {
    return values.empty() ? std::vector<int64_t>(rank, 1) : values;
  };
  return dimensions(c, o.window_dimensions, or_ones(o.window_strides), or_ones(o.base_dilations),
                    or_ones(o.window_dilations),
                    o.padding.empty() ? std::vector<int64_t>(2 * rank, 0) : o.padding);
}

std::vector<Dimension> plain_dimensions(const ValueContext& c) {
  const size_t rank = c.input_shape(0).size();
  return dimensions(c, c.ints(2), c.ints(3), std::vector<int64_t>(rank, 1), c.ints(4),
                    std::vector<int64_t>(2 * rank, 0));
}

Shape output_shape(const NodeContext& c, const std::vector<Dimension>& dims) {
  std::vector<int64_t> extents;
  for (const Dimension& dim : dims) extents.push_back(dim.output());
  return checked_shape(c, extents);
}

void infer_stablehlo(InferContext& c) {
  c.set_output(0, c.input_dtype(0), output_shape(c, stablehlo_dimensions(c)));
}
void infer_plain(InferContext& c) { c.set_output(0, c.input_dtype(0), output_shape(c, plain_dimensions(c))); }

// Reduces the window at `corner` (its first position, padded) into `value`, from dimension `d` inwards;
// `inside` is false in the edges and between spread elements, where the initial value stands.
template <class T, class Function>
T reduce(const std::vector<Dimension>& dims, const int64_t* corner, size_t d, int64_t flat, bool inside,
         const T* input, T initial, T value) {
  if (d == dims.size()) return Function::combine(value, inside ? input[flat] : initial);
  const Dimension& dim = dims[d];
  for (int64_t w = 0; w < dim.window; ++w) {
    const int64_t at = corner[d] + w * dim.window_dilation - dim.before;
    const bool hit = at >= 0 && at % dim.base_dilation == 0 && at / dim.base_dilation < dim.extent;
    value = reduce<T, Function>(dims, corner, d + 1, flat * dim.extent + (hit ? at / dim.base_dilation : 0),
                                inside && hit, input, initial, value);
  }
  return value;
}

template <class T, class Function>
Kernel kernel(std::vector<Dimension> dims) {
  return [dims = std::move(dims)](RunContext& run) -> Status {
    const Shape& shape = run.output_shape(0);
    const int64_t count = num_elements(shape);
    std::vector<int64_t> at(shape.size(), 0), corner(shape.size());
    const T initial = *run.in<T>(1);
    for (int64_t i = 0; i < count; ++i) {
      for (size_t d = 0; d < dims.size(); ++d) corner[d] = at[d] * dims[d].stride;
      run.out<T>(0)[i] = reduce<T, Function>(dims, corner.data(), 0, 0, true, run.in<T>(0), initial, initial);
      for (size_t d = at.size(); d-- > 0 && ++at[d] == shape[d];) at[d] = 0;
    }
    return {};
  };
}

template <class Function>
Kernel kernel_for(const NodeContext& c, const std::vector<Dimension>& dims) {
  if (c.input_dtype(0) == DType::kBool) return kernel<int8_t, Function>(dims);
  Kernel result;
  if (!visit_number_type(c.input_dtype(0),
                         [&](auto tag) { result = kernel<typename decltype(tag)::Type, Function>(dims); })) {
    c.fail(c.describe_input(0), " should hold numbers or bools");
  }
  return result;
}

Kernel kernel_for(const NodeContext& c, ReduceWindowFunction function, const std::vector<Dimension>& dims) {
  switch (function) {
    case ReduceWindowFunction::kAdd:
      return kernel_for<reductions::Sum>(c, dims);
    case ReduceWindowFunction::kMul:
      return kernel_for<reductions::Product>(c, dims);
    case ReduceWindowFunction::kMinimum:
      return kernel_for<reductions::Minimum>(c, dims);
    case ReduceWindowFunction::kMaximum:
      return kernel_for<reductions::Maximum>(c, dims);
    case ReduceWindowFunction::kAll:
      return kernel_for<reductions::All>(c, dims);
    case ReduceWindowFunction::kAny:
      return kernel_for<reductions::Any>(c, dims);
    default:
      c.fail("its reduction is not an addition, product, minimum, maximum, AND or OR");
  }
}

ReduceWindowFunction function_of(const std::vector<Operator>& body) {
  if (body.size() != 1) return ReduceWindowFunction::kUnsupported;
  switch (body[0].code) {
    case BuiltinOp::kAdd:
    case BuiltinOp::kStablehloAdd:
      return ReduceWindowFunction::kAdd;
    case BuiltinOp::kMul:
    case BuiltinOp::kStablehloMultiply:
      return ReduceWindowFunction::kMul;
    case BuiltinOp::kMaximum:
    case BuiltinOp::kStablehloMaximum:
      return ReduceWindowFunction::kMaximum;
    case BuiltinOp::kMinimum:
    case BuiltinOp::kStablehloMinimum:
      return ReduceWindowFunction::kMinimum;
    case BuiltinOp::kLogicalAnd:
    case BuiltinOp::kStablehloAnd:
      return ReduceWindowFunction::kAll;
    case BuiltinOp::kLogicalOr:
    case BuiltinOp::kStablehloOr:
      return ReduceWindowFunction::kAny;
    default:
      return ReduceWindowFunction::kUnsupported;
  }
}

Kernel prepare_stablehlo(PrepareContext& c) {
  const auto& body =
      c.subgraph(c.options<StablehloReduceWindowOptions>().body_subgraph_index)->subgraph().operators;
  return kernel_for(c, function_of(body), stablehlo_dimensions(c));
}

Kernel prepare_plain(PrepareContext& c) {
  return kernel_for(c, c.options<ReduceWindowOptions>().reduce_function, plain_dimensions(c));
}

}  // namespace

extern const OpDef kStablehloReduceWindow, kReduceWindow;
const OpDef kStablehloReduceWindow = {.code = BuiltinOp::kStablehloReduceWindow,
                                      .inputs = {{"operand"}, {"init_value"}},
                                      .options = &schema_of<StablehloReduceWindowOptions>(),
                                      .infer = infer_stablehlo,
                                      .prepare = prepare_stablehlo,
                                      .types = "float32, float64, integers of 8 to 64 bits, bool"};
const OpDef kReduceWindow = {
    .code = BuiltinOp::kReduceWindow,
    .inputs = {{"operand"}, {"init_value"}, {"window_shape"}, {"window_strides"}, {"window_dilations"}},
    .options = &schema_of<ReduceWindowOptions>(),
    .infer = infer_plain,
    .prepare = prepare_plain,
    .types = "float32, float64, integers of 8 to 64 bits, bool"};

}  // namespace litewright
