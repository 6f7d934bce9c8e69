// How the C++ interface reports errors: an exception, or a Status from the functions named try_...
#pragma once

#include <litewright/litewright.h>

#include <exception>
#include <string>
#include <utility>

namespace litewright {
inline namespace v0 {

enum class Code {
  kOk = LW_OK,
  kInvalidArgument = LW_INVALID_ARGUMENT,
  kInvalidModel = LW_INVALID_MODEL,
  kOutOfRange = LW_OUT_OF_RANGE,
  kIo = LW_IO,
  kUnsupported = LW_UNSUPPORTED,
  kRuntime = LW_RUNTIME,
  kInternal = LW_INTERNAL,
};

// What the functions without try_ throw.
class Error : public std::exception {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  Code code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}
  // The result of a C function that this thread has just called.
  static Status of(lw_status status) {
    return status == LW_OK ? Status() : Status(static_cast<Code>(status), lw_last_error());
  }

  bool ok() const noexcept { return code_ == Code::kOk; }
  explicit operator bool() const noexcept { return ok(); }
  Code code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  void or_throw() const {
    if (!ok()) throw Error(code_, message_);
  }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

}  // namespace v0
}  // namespace litewright
