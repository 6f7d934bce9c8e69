#include <exception>
#include <new>

#include "capi/handles.h"
#include "litewright/version.h"
#include "ops/op_def.h"

namespace litewright::capi {
namespace {

thread_local std::string last_error;

}  // namespace

lw_status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return LW_INVALID_ARGUMENT;
    case ErrorCode::kInvalidModel:
      return LW_INVALID_MODEL;
    case ErrorCode::kOutOfRange:
      return LW_OUT_OF_RANGE;
    case ErrorCode::kIo:
      return LW_IO;
    case ErrorCode::kUnsupported:
      return LW_UNSUPPORTED;
    case ErrorCode::kRuntime:
      return LW_RUNTIME;
    case ErrorCode::kInternal:
      break;
  }
  return LW_INTERNAL;
}

lw_status report(lw_status status, const std::string& message) {
  try {
    last_error = message;
  } catch (...) {
    last_error.clear();
  }
  return status;
}

lw_status report_current_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return report(status_of(error.code()), error.what());
  } catch (const NeedsValue&) {
    return report(LW_RUNTIME, "an operand has no value");
  } catch (const std::bad_alloc&) {
    return report(LW_RUNTIME, "out of memory");
  } catch (const std::exception& error) {
    return report(LW_INTERNAL, error.what());
  } catch (...) {
    return report(LW_INTERNAL, "an unknown exception");
  }
}

}  // namespace litewright::capi

const char* lw_version(void) { return LITEWRIGHT_VERSION; }
const char* lw_last_error(void) { return litewright::capi::last_error.c_str(); }
const char* lw_type_name(int32_t type) {
  const bool known = type >= 0 && type < litewright::kDTypeCount;
  return known ? litewright::dtype_name(static_cast<litewright::DType>(type)) : "unknown";
}
