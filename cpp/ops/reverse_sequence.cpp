// REVERSE_SEQUENCE: for every slice of the batch dimension, the first seq_lengths[slice] elements of the
// sequence dimension in reverse.
#include <algorithm>
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const auto& options = c.options<ReverseSequenceOptions>();
  const Shape& shape = c.input_shape(0);
  const int rank = static_cast<int>(shape.size());
  if (checked_axis(c, options.seq_dim, rank, "seq_dim") ==
      checked_axis(c, options.batch_dim, rank, "batch_dim")) {
    c.fail("seq_dim and batch_dim are both ", options.seq_dim);
  }
  check_index_dtype(c, 1);
  const int batch = checked_axis(c, options.batch_dim, rank);
  if (num_elements(c.input_shape(1)) != shape[batch])
    c.fail(c.describe_input(1), " does not fit dimension ", batch);
  c.set_output(0, c.input_dtype(0), shape);
}

Kernel prepare(PrepareContext& c) {
  const auto& options = c.options<ReverseSequenceOptions>();
  const Shape shape = c.input_shape(0);
  const int rank = static_cast<int>(shape.size());
  const int sequence = checked_axis(c, options.seq_dim, rank),
            batch = checked_axis(c, options.batch_dim, rank);
  const int low = std::min(sequence, batch), high = std::max(sequence, batch);
  const int64_t outer = elements_between(shape, 0, low), middle = elements_between(shape, low + 1, high);
  const size_t bytes =
      static_cast<size_t>(elements_between(shape, high + 1, rank)) * dtype_size(c.input_dtype(0));
  return [=](RunContext& run) -> Status {
    const Slot& lengths = run.input(1);
    const int64_t lows = shape[low], highs = shape[high];
    for (int64_t b = 0; b < shape[batch]; ++b) {
      const int64_t length = index_at(lengths, b);
      if (length < 0 || length > shape[sequence])
        return Status::error("sequence length ", length, " is outside ", shape[sequence]);
    }
    const uint8_t* source = run.in<uint8_t>(0);
    uint8_t* destination = run.out<uint8_t>(0);
    if (bytes == 0) return {};
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < lows; ++i) {
        for (int64_t m = 0; m < middle; ++m) {
          for (int64_t k = 0; k < highs; ++k) {
            const int64_t length = index_at(lengths, batch == low ? i : k), at = sequence == low ? i : k;
            const int64_t from = at < length ? length - 1 - at : at;
            const int64_t source_i = sequence == low ? from : i, source_k = sequence == low ? k : from;
            std::memcpy(destination,
                        source + (((o * lows + source_i) * middle + m) * highs + source_k) * bytes, bytes);
            destination += bytes;
          }
        }
      }
    }
    return {};
  };
}

}  // namespace

extern const OpDef kReverseSequence;
const OpDef kReverseSequence = {.code = BuiltinOp::kReverseSequence,
                                .inputs = {{"input"}, {"seq_lengths"}},
                                .options = &schema_of<ReverseSequenceOptions>(),
                                .infer = infer,
                                .prepare = prepare,
                                .types = "all but string"};

}  // namespace litewright
