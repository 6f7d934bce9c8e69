// UNIQUE: the different elements in the order of their first appearance, and for every element which of them
// it is.
#include <map>

#include "ops/movement.h"
#include "ops/numeric_types.h"

namespace litewright {
namespace {

// Calls seen(element, number of its value, whether it is new).
template <class T, class Seen>
int32_t number_values(const T* values, int64_t count, const Seen& seen) {
  std::map<T, int32_t> numbers;
  for (int64_t i = 0; i < count; ++i) {
    const auto [entry, added] = numbers.emplace(values[i], static_cast<int32_t>(numbers.size()));
    seen(i, entry->second, added);
  }
  return static_cast<int32_t>(numbers.size());
}

void infer(InferContext& c) {
  if (c.input_shape(0).size() != 1) c.fail(c.describe_input(0), " should have one dimension");
  const DType index = c.options<UniqueOptions>().idx_out_type;
  if (index != DType::kInt32 && index != DType::kInt64) c.fail("the indices should be int32 or int64");
  c.set_output(1, index, c.input_shape(0));
  int32_t different = 0;
  const bool known = visit_number_type(c.input_dtype(0), [&](auto tag) {
    const auto values = c.values<typename decltype(tag)::Type>(0);
    different =
        number_values(values.data(), static_cast<int64_t>(values.size()), [](int64_t, int32_t, bool) {});
  });
  if (!known) c.fail(c.describe_input(0), " should hold numbers");
  c.set_output(0, c.input_dtype(0), {different});
}

template <class T>
Status run_unique(RunContext& run) {
  const T* values = run.in<T>(0);
  number_values(values, run.input_shape(0)[0], [&](int64_t i, int32_t number, bool added) {
    if (added && run.has_output(0)) run.out<T>(0)[number] = values[i];
    if (!run.has_output(1)) return;
    if (run.output(1).dtype == DType::kInt64) {
      run.out<int64_t>(1)[i] = number;
    } else {
      run.out<int32_t>(1)[i] = number;
    }
  });
  return {};
}

Kernel prepare(PrepareContext& c) {
  Kernel result;
  visit_number_type(c.input_dtype(0), [&](auto tag) { result = run_unique<typename decltype(tag)::Type>; });
  return result;
}

}  // namespace

extern const OpDef kUnique;
const OpDef kUnique = {.code = BuiltinOp::kUnique,
                       .inputs = {{"input"}},
                       .outputs = {{"output"}, {"idx"}},
                       .options = &schema_of<UniqueOptions>(),
                       .infer = infer,
                       .prepare = prepare,
                       .types = "float32, float64, integers of 8 to 64 bits"};

}  // namespace litewright
