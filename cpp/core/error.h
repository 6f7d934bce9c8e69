// The one exception type of the library.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
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

// One part of a message: a view of text, or a number that is written as an ostream would write it.
class MessagePart {
 public:
  // NOLINTBEGIN: implicit, so that messages are lists
  MessagePart(std::string_view text) : text_(text) {}
  MessagePart(const char* text) : text_(text) {}
  MessagePart(const std::string& text) : text_(text) {}
  MessagePart(char c) : digits_{c}, size_(1) {}
  template <std::signed_integral T>
  MessagePart(T number) {
    write(static_cast<long long>(number));
  }
  template <std::unsigned_integral T>
  MessagePart(T number) {
    write(static_cast<unsigned long long>(number));
  }
  MessagePart(double number) { write(number); }
  MessagePart(const void* address) {
    write(static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(address)));
  }
  // NOLINTEND
  MessagePart(const MessagePart&) = delete;
  MessagePart& operator=(const MessagePart&) = delete;

  std::string_view text() const { return size_ == 0 ? text_ : std::string_view(digits_, size_); }

 private:
  void write(long long number);
  void write(unsigned long long number);
  void write(double number);
  void end(const char* last) { size_ = static_cast<size_t>(last - digits_); }

  std::string_view text_;
  char digits_[32];
  size_t size_ = 0;
};

std::string join(std::initializer_list<MessagePart> parts);
[[noreturn]] void fail_with(ErrorCode code, std::initializer_list<MessagePart> parts);

// Joins its arguments as an ostream would print them.
template <class... Parts>
std::string concat(const Parts&... parts) {
  return join({MessagePart(parts)...});
}

template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  fail_with(code, {MessagePart(parts)...});
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
