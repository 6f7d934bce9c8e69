// HASHTABLE_LOOKUP (lookup, keys in ascending order, values): the value rows of the looked-up keys, zeros
// (empty strings) for keys that are missing, and whether each was found.
#include <algorithm>
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const Shape& lookup = c.input_shape(0);
  const Shape& keys = c.input_shape(1);
  Shape shape = c.input_shape(2);
  if (c.input_dtype(0) != DType::kInt32 || c.input_dtype(1) != DType::kInt32 || lookup.size() != 1 ||
      keys.size() != 1) {
    c.fail(c.describe_input(0), " and ", c.describe_input(1), " should be int32 vectors");
  }
  if (shape.empty() || shape[0] != keys[0] || shape[0] == 0)
    c.fail(c.describe_input(2), " does not fit the keys");
  shape[0] = lookup[0];
  set_moved_output(c, 0, c.input_dtype(2), shape);
  c.set_output(1, DType::kUInt8, lookup);
}

// Calls found(output row, value row), the value row -1 for a missing key.
template <class Found>
void look_up(const RunContext& run, const Found& found) {
  const int32_t* keys = run.in<int32_t>(1);
  const int32_t* end = keys + run.input_shape(1)[0];
  for (int64_t i = 0; i < run.input_shape(0)[0]; ++i) {
    const int32_t wanted = run.in<int32_t>(0)[i];
    const int32_t* key = std::lower_bound(keys, end, wanted);
    const bool hit = key != end && *key == wanted;
    if (run.has_output(1)) run.out<uint8_t>(1)[i] = hit;
    found(i, hit ? key - keys : int64_t{-1});
  }
}

Kernel prepare(PrepareContext& c) {
  const Shape& values = c.input_shape(2);
  const int64_t columns = elements_between(values, 1, values.size());
  if (c.input_dtype(2) == DType::kString) {
    return [columns](RunContext& run) -> Status {
      std::vector<std::string_view> strings;
      Shape shape = run.input_shape(2);
      shape[0] = run.input_shape(0)[0];
      const Status status = read_strings(run, 2, strings);
      if (!status.ok()) return status;
      std::vector<std::string_view> result(num_elements(shape));
      look_up(run, [&](int64_t to, int64_t from) {
        for (int64_t k = 0; from >= 0 && k < columns; ++k)
          result[to * columns + k] = strings[from * columns + k];
      });
      return write_strings(run, 0, shape, result);
    };
  }
  return [bytes = static_cast<size_t>(columns) * dtype_size(c.input_dtype(2))](RunContext& run) -> Status {
    look_up(run, [&](int64_t to, int64_t from) {
      uint8_t* row = run.out<uint8_t>(0) + to * bytes;
      if (bytes > 0 && from >= 0) std::memcpy(row, run.in<uint8_t>(2) + from * bytes, bytes);
      if (bytes > 0 && from < 0) std::memset(row, 0, bytes);
    });
    return {};
  };
}

}  // namespace

extern const OpDef kHashtableLookup;
const OpDef kHashtableLookup = {.code = BuiltinOp::kHashtableLookup,
                                .inputs = {{"lookup"}, {"keys"}, {"values"}},
                                .outputs = {{"output"}, {"hits"}},
                                .infer = infer,
                                .prepare = prepare,
                                .types = "all"};

}  // namespace litewright
