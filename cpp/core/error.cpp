#include "core/error.h"

#include <charconv>
#include <iterator>

namespace litewright {

void MessagePart::write(long long number) { end(std::to_chars(digits_, std::end(digits_), number).ptr); }
void MessagePart::write(unsigned long long number) {
  end(std::to_chars(digits_, std::end(digits_), number).ptr);
}
void MessagePart::write(double number) {
  end(std::to_chars(digits_, std::end(digits_), number, std::chars_format::general, 6).ptr);
}

std::string join(std::initializer_list<MessagePart> parts) {
  std::string message;
  for (const MessagePart& part : parts) message += part.text();
  return message;
}

void fail_with(ErrorCode code, std::initializer_list<MessagePart> parts) { throw Error(code, join(parts)); }

}  // namespace litewright
