#include "ops/builtin_op.h"

namespace litewright {
namespace {

constexpr const char* kNames[] = {
#define LITEWRIGHT_NAME(NAME, ENUMERATOR, NUMBER) #NAME,
    LITEWRIGHT_BUILTIN_OPS(LITEWRIGHT_NAME)
#undef LITEWRIGHT_NAME
};
static_assert(std::size(kNames) == kBuiltinOpCount);
#define LITEWRIGHT_CHECK(NAME, ENUMERATOR, NUMBER) \
  static_assert(std::string_view(kNames[NUMBER]) == #NAME);  // numbered without a gap
LITEWRIGHT_BUILTIN_OPS(LITEWRIGHT_CHECK)
#undef LITEWRIGHT_CHECK

}  // namespace

const char* builtin_op_name(BuiltinOp op) {
  const auto number = static_cast<uint32_t>(op);
  return number < kBuiltinOpCount ? kNames[number] : "UNKNOWN";
}

std::optional<BuiltinOp> find_builtin_op(std::string_view name) {
  for (int i = 0; i < kBuiltinOpCount; ++i) {
    if (name == kNames[i]) return static_cast<BuiltinOp>(i);
  }
  return std::nullopt;
}

}  // namespace litewright
