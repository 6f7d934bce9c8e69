// LSH_PROJECTION (hash seeds [hashes, bits], input [items, ...], optional weights [items]): bits that tell on
// which side of random planes the input lies, one by one (dense) or as a number per hash (sparse).
#include <cstring>

#include "ops/fingerprint.h"
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const Shape& seeds = c.input_shape(0);
  const Shape& items = c.input_shape(1);
  if (c.input_dtype(0) != DType::kFloat32 || seeds.size() != 2 || seeds[1] > 32)
    c.fail(c.describe_input(0), " should be float32[hashes, bits <= 32]");
  if (items.empty() || items[0] < 1 || dtype_size(c.input_dtype(1)) == 0)
    c.fail(c.describe_input(1), " should hold items");
  if (c.has_input(2) && (c.input_dtype(2) != DType::kFloat32 || c.input_shape(2) != Shape{items[0]})) {
    c.fail(c.describe_input(2), " should be a weight for each item");
  }
  switch (c.options<LSHProjectionOptions>().type) {
    case LSHProjectionType::kSparse:
      return c.set_output(0, DType::kInt32, {seeds[0]});
    case LSHProjectionType::kDense:
      return c.set_output(0, DType::kInt32, checked_shape(c, {int64_t{seeds[0]} * seeds[1]}));
    default:
      c.fail("the projection should be SPARSE or DENSE");
  }
}

int32_t side(const RunContext& run, float seed, std::vector<uint8_t>& key) {
  const int64_t items = run.input_shape(1)[0];
  const size_t bytes = run.input(1).bytes / static_cast<size_t>(items);
  const float* weights = run.in_or_null<float>(2);
  key.resize(sizeof seed + bytes);
  std::memcpy(key.data(), &seed, sizeof seed);
  double score = 0;
  for (int64_t i = 0; i < items; ++i) {
    if (bytes > 0) std::memcpy(key.data() + sizeof seed, run.in<uint8_t>(1) + i * bytes, bytes);
    const auto value = static_cast<double>(static_cast<int64_t>(fingerprint64(key)));
    score += weights == nullptr ? value : static_cast<double>(weights[i]) * value;
  }
  return score > 0 ? 1 : 0;
}

Kernel prepare(PrepareContext& c) {
  return [dense = c.options<LSHProjectionOptions>().type ==
                  LSHProjectionType::kDense](RunContext& run) -> Status {
    const int64_t hashes = run.input_shape(0)[0], bits = run.input_shape(0)[1];
    std::vector<uint8_t> key;
    int32_t* output = run.out<int32_t>(0);
    for (int64_t i = 0; i < hashes; ++i) {
      uint32_t signature = 0;
      for (int64_t k = 0; k < bits; ++k) {
        const int32_t bit = side(run, run.in<float>(0)[i * bits + k], key);
        signature = signature << 1 | static_cast<uint32_t>(bit);
        if (dense) *output++ = bit;
      }
      if (!dense)
        *output++ = static_cast<int32_t>(signature + (bits < 32 ? static_cast<uint32_t>(i) << bits : 0u));
    }
    return {};
  };
}

}  // namespace

extern const OpDef kLshProjection;
const OpDef kLshProjection = {.code = BuiltinOp::kLshProjection,
                              .inputs = {{"hash"}, {"input"}, {"weight", OperandDef::kOptional}},
                              .options = &schema_of<LSHProjectionOptions>(),
                              .infer = infer,
                              .prepare = prepare,
                              .types = "all but string; output int32"};

}  // namespace litewright
