// STABLEHLO_ADD, MULTIPLY, MAXIMUM, MINIMUM, AND, SHIFT_LEFT: two tensors of one shape, element by element.
// Integers wrap around.
#include <algorithm>

#include "core/float16.h"
#include "ops/movement.h"
#include "ops/numeric_types.h"
#include "ops/reductions.h"

namespace litewright {
namespace {

struct ShiftLeft {
  static constexpr bool kIntegersOnly = true;
  template <class T>
  static T combine(T a, T b) {
    constexpr int kBits = 8 * sizeof(T);
    return b < 0 || static_cast<uint64_t>(b) >= kBits
               ? T(0)
               : static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << b);
  }
};

void infer(InferContext& c) {
  if (c.input_dtype(0) != c.input_dtype(1) || c.input_shape(0) != c.input_shape(1))
    c.fail(c.describe_input(1), " is not like ", c.describe_input(0));
  c.set_output(0, c.input_dtype(0), c.input_shape(0));
}

template <class T, class Function>
Status run_elements(RunContext& run) {
  const int64_t count = num_elements(run.output_shape(0));
  for (int64_t i = 0; i < count; ++i) run.out<T>(0)[i] = Function::combine(run.in<T>(0)[i], run.in<T>(1)[i]);
  return {};
}

template <class Function>
Status run_halves(RunContext& run) {
  const int64_t count = num_elements(run.output_shape(0));
  for (int64_t i = 0; i < count; ++i) {
    run.out<Half>(0)[i] = float_to_half(
        Function::combine(half_to_float(run.in<Half>(0)[i]), half_to_float(run.in<Half>(1)[i])));
  }
  return {};
}

template <class Function>
Kernel prepare(PrepareContext& c) {
  constexpr bool kAllTypes = !requires { Function::kIntegersOnly; };
  const DType dtype = c.input_dtype(0);
  Kernel result;
  if (dtype == DType::kBool) {
    if constexpr (!std::is_same_v<Function, ShiftLeft>) result = run_elements<bool, Function>;
  } else if (dtype == DType::kFloat16) {
    if constexpr (kAllTypes) result = run_halves<Function>;
  } else {
    visit_number_type(dtype, [&](auto tag) {
      using T = typename decltype(tag)::Type;
      if constexpr (kAllTypes || std::is_integral_v<T>) result = run_elements<T, Function>;
    });
  }
  if (!result) c.fail(c.describe_input(0), " is of no dtype it can compute with");
  return result;
}

template <class Function>
OpDef elementwise(BuiltinOp code, const OptionsSchema* options, const char* types) {
  return {.code = code,
          .inputs = {{"lhs"}, {"rhs"}},
          .options = options,
          .infer = infer,
          .prepare = prepare<Function>,
          .types = types};
}

constexpr char kNumbers[] = "float16, float32, float64, integers of 8 to 64 bits, bool";

}  // namespace

extern const OpDef kStablehloAdd, kStablehloMultiply, kStablehloMaximum, kStablehloMinimum, kStablehloAnd,
    kStablehloShiftLeft;
const OpDef kStablehloAdd = elementwise<reductions::Sum>(BuiltinOp::kStablehloAdd, nullptr, kNumbers);
const OpDef kStablehloMultiply =
    elementwise<reductions::Product>(BuiltinOp::kStablehloMultiply, nullptr, kNumbers);
const OpDef kStablehloMaximum =
    elementwise<reductions::Maximum>(BuiltinOp::kStablehloMaximum, nullptr, kNumbers);
const OpDef kStablehloMinimum =
    elementwise<reductions::Minimum>(BuiltinOp::kStablehloMinimum, nullptr, kNumbers);
const OpDef kStablehloAnd =
    elementwise<reductions::BitAnd>(BuiltinOp::kStablehloAnd, nullptr, "integers of 8 to 64 bits, bool");
const OpDef kStablehloShiftLeft = elementwise<ShiftLeft>(
    BuiltinOp::kStablehloShiftLeft, &schema_of<StablehloShiftLeftOptions>(), "integers of 8 to 64 bits");

}  // namespace litewright
