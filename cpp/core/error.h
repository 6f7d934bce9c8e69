// The one exception type of the library.
#pragma once

#include <exception>
#include <sstream>
#include <string>
#include <utility>

namespace litewright {

enum class ErrorCode {
  kInvalidArgument,  // the caller passed something wrong (Python: ValueError)
  kInvalidModel,     // the model's bytes or structure are wrong (Python: ValueError)
  kOutOfRange,       // an index does not exist (Python: IndexError where tf.lite raises it, else ValueError)
  kIo,               // a file cannot be read or written (Python: OSError)
  kUnsupported,      // a model that cannot be converted (Python: litewright.ConverterError)
  kRuntime,          // an interpreter in the wrong state, or a failure while it runs (Python: RuntimeError)
  kInternal,         // a defect of ours (Python: RuntimeError)
};

// What went wrong, and the chain of what was being done, outermost first:
// "importing layer 'conv1' (Conv2D): dilation_rate 2 with strides 2 is not possible".
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }
  // Puts one more "context: " in front.
  void add_context(const std::string& context) { message_ = context + ": " + message_; }

 private:
  ErrorCode code_;
  std::string message_;
};

// Joins its arguments as an ostream would print them.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  throw Error(code, concat(parts...));
}

// Runs `body`; an Error that leaves it gets `context()` (a string) in front.
template <class Context, class Body>
auto with_context(const Context& context, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (Error& error) {
    error.add_context(context());
    throw;
  }
}

}  // namespace litewright
