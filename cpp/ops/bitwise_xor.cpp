#include <functional>

#include "ops/binary.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
    case DType::kUInt8:
      return binary_kernel<uint8_t>(c, std::bit_xor<>());
    case DType::kInt16:
    case DType::kUInt16:
      return binary_kernel<uint16_t>(c, std::bit_xor<>());
    case DType::kInt32:
    case DType::kUInt32:
      return binary_kernel<uint32_t>(c, std::bit_xor<>());
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kBitwiseXor;
const OpDef kBitwiseXor = {
    .code = BuiltinOp::kBitwiseXor,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<BitwiseXorOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "int8, uint8, int16, uint16, int32, uint32",
};

}  // namespace litewright
