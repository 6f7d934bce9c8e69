#include "importers/tf/text_format.h"

#include <google/protobuf/message_lite.h>

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"

namespace litewright::tf {
namespace {

constexpr int kDeepest = 64;  // messages in messages

enum class Kind { kVarint, kBool, kFloat, kDouble, kText, kType, kMessage };
struct Field {
  int number;
  Kind kind;
  const char* message = "";  // of kMessage
};
using Fields = std::unordered_map<std::string_view, Field>;

// The fields that importers/proto/tensorflow.proto reads, and those of its lists.
const Fields* fields_of(std::string_view kind) {
  using enum Kind;
  static const std::map<std::string_view, Fields> kMessages = {
      {"TensorShape", {{"dim", {2, kMessage, "Dim"}}, {"unknown_rank", {3, kBool}}}},
      {"Dim", {{"size", {1, kVarint}}}},
      {"Tensor",
       {{"dtype", {1, kType}},
        {"tensor_shape", {2, kMessage, "TensorShape"}},
        {"tensor_content", {4, kText}},
        {"float_val", {5, kFloat}},
        {"double_val", {6, kDouble}},
        {"int_val", {7, kVarint}},
        {"string_val", {8, kText}},
        {"scomplex_val", {9, kFloat}},
        {"int64_val", {10, kVarint}},
        {"bool_val", {11, kBool}},
        {"dcomplex_val", {12, kDouble}},
        {"half_val", {13, kVarint}},
        {"uint32_val", {16, kVarint}},
        {"uint64_val", {17, kVarint}}}},
      {"NameAttrList", {{"name", {1, kText}}}},
      {"ListValue",
       {{"s", {2, kText}},
        {"i", {3, kVarint}},
        {"f", {4, kFloat}},
        {"b", {5, kBool}},
        {"type", {6, kType}},
        {"shape", {7, kMessage, "TensorShape"}},
        {"func", {9, kMessage, "NameAttrList"}}}},
      {"AttrValue",
       {{"list", {1, kMessage, "ListValue"}},
        {"s", {2, kText}},
        {"i", {3, kVarint}},
        {"f", {4, kFloat}},
        {"b", {5, kBool}},
        {"type", {6, kType}},
        {"shape", {7, kMessage, "TensorShape"}},
        {"tensor", {8, kMessage, "Tensor"}},
        {"func", {10, kMessage, "NameAttrList"}}}},
      {"AttrEntry", {{"key", {1, kText}}, {"value", {2, kMessage, "AttrValue"}}}},
      {"NodeDef",
       {{"name", {1, kText}},
        {"op", {2, kText}},
        {"input", {3, kText}},
        {"attr", {5, kMessage, "AttrEntry"}}}},
      {"ArgDef",
       {{"name", {1, kText}},
        {"type", {3, kType}},
        {"type_attr", {4, kText}},
        {"number_attr", {5, kText}},
        {"type_list_attr", {6, kText}}}},
      {"OpDef",
       {{"name", {1, kText}},
        {"input_arg", {2, kMessage, "ArgDef"}},
        {"output_arg", {3, kMessage, "ArgDef"}}}},
      {"OpList", {{"op", {1, kMessage, "OpDef"}}}},
      {"TextEntry", {{"key", {1, kText}}, {"value", {2, kText}}}},
      {"FunctionDef",
       {{"signature", {1, kMessage, "OpDef"}},
        {"node_def", {3, kMessage, "NodeDef"}},
        {"ret", {4, kMessage, "TextEntry"}}}},
      {"FunctionDefLibrary", {{"function", {1, kMessage, "FunctionDef"}}}},
      {"GraphDef", {{"node", {1, kMessage, "NodeDef"}}, {"library", {2, kMessage, "FunctionDefLibrary"}}}},
      {"TensorInfo",
       {{"name", {1, kText}}, {"dtype", {2, kType}}, {"tensor_shape", {3, kMessage, "TensorShape"}}}},
      {"InfoEntry", {{"key", {1, kText}}, {"value", {2, kMessage, "TensorInfo"}}}},
      {"SignatureDef",
       {{"inputs", {1, kMessage, "InfoEntry"}},
        {"outputs", {2, kMessage, "InfoEntry"}},
        {"method_name", {3, kText}}}},
      {"SignatureEntry", {{"key", {1, kText}}, {"value", {2, kMessage, "SignatureDef"}}}},
      {"SaverDef", {{"restore_op_name", {3, kText}}}},
      {"MetaInfoDef",
       {{"stripped_op_list", {2, kMessage, "OpList"}},
        {"tags", {4, kText}},
        {"tensorflow_version", {5, kText}}}},
      {"AssetFileDef", {{"tensor_info", {1, kMessage, "TensorInfo"}}, {"filename", {2, kText}}}},
      {"MetaGraphDef",
       {{"meta_info_def", {1, kMessage, "MetaInfoDef"}},
        {"graph_def", {2, kMessage, "GraphDef"}},
        {"saver_def", {3, kMessage, "SaverDef"}},
        {"signature_def", {5, kMessage, "SignatureEntry"}},
        {"asset_file_def", {6, kMessage, "AssetFileDef"}}}},
      {"SavedModel",
       {{"saved_model_schema_version", {1, kVarint}}, {"meta_graphs", {2, kMessage, "MetaGraphDef"}}}},
  };
  const auto found = kMessages.find(kind);
  return found == kMessages.end() ? nullptr : &found->second;
}

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<char>(value | 128));
  out.push_back(static_cast<char>(value));
}
void put_tag(std::string& out, int number, int wire_type) {
  put_varint(out, static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(wire_type));
}
void put_bytes(std::string& out, int number, std::string_view bytes) {
  put_tag(out, number, 2);
  put_varint(out, bytes.size());
  out.append(bytes);
}
template <class T>
void put_fixed(std::string& out, int number, T value) {
  put_tag(out, number, sizeof(T) == 4 ? 5 : 1);
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// TensorFlow's number of a type's name, such as "DT_FLOAT"; 0 if there is none.
int64_t type_number(std::string_view name) {
  static constexpr const char* kNames[] = {
      "INVALID",   "FLOAT",  "DOUBLE",     "INT32", "UINT8",    "INT16",   "INT8",     "STRING",
      "COMPLEX64", "INT64",  "BOOL",       "QINT8", "QUINT8",   "QINT32",  "BFLOAT16", "QINT16",
      "QUINT16",   "UINT16", "COMPLEX128", "HALF",  "RESOURCE", "VARIANT", "UINT32",   "UINT64"};
  if (name.substr(0, 3) != "DT_") return 0;
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (name.substr(3) == kNames[i]) return static_cast<int64_t>(i);
  }
  return 0;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::string whole(std::string_view kind) {
    std::string out = message(fields_of(kind), '\0', 0);
    if (!at_end()) damaged("there is more than the message");
    return out;
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    fail(ErrorCode::kInvalidModel, "line ", line_, " of the text: ", what);
  }
  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (!std::isspace(static_cast<unsigned char>(c))) {
        return;
      } else {
        line_ += c == '\n';
        ++at_;
      }
    }
  }
  bool at_end() {
    skip_space();
    return at_ >= text_.size();
  }
  char peek() { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void need(char c) {
    if (!take(c)) damaged(std::string("'") + c + "' is missing");
  }
  // A name or a number.
  std::string_view word() {
    skip_space();
    const size_t first = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  text_[at_] == '.' || text_[at_] == '-' || text_[at_] == '+'))
      ++at_;
    if (at_ == first) damaged("a name or a number is missing");
    return text_.substr(first, at_ - first);
  }
  // One or more quoted strings, joined.
  std::string quoted() {
    std::string result;
    if (peek() != '"' && peek() != '\'') damaged("text in quotes is missing");
    while (peek() == '"' || peek() == '\'') {
      const char quote = text_[at_++];
      while (at_ < text_.size() && text_[at_] != quote) result.push_back(character());
      if (at_ >= text_.size()) damaged("text in quotes does not end");
      ++at_;
    }
    return result;
  }
  char character() {
    const char c = text_[at_++];
    if (c == '\n') damaged("text in quotes does not end");
    if (c != '\\' || at_ >= text_.size()) return c;
    const char escaped = text_[at_++];
    if (escaped >= '0' && escaped <= '7') return digits(at_ - 1, 3, 8);
    if (escaped == 'x' || escaped == 'X') return digits(at_, 2, 16);
    static constexpr std::string_view kLetters = "abfnrtv", kValues = "\a\b\f\n\r\t\v";
    const size_t found = kLetters.find(escaped);
    return found == std::string_view::npos ? escaped : kValues[found];
  }
  char digits(size_t first, size_t most, int base) {
    unsigned value = 0;
    const size_t last = std::min(text_.size(), first + most);
    const auto [end, code] = std::from_chars(text_.data() + first, text_.data() + last, value, base);
    if (code != std::errc()) damaged("a character in quotes is damaged");
    at_ = static_cast<size_t>(end - text_.data());
    return static_cast<char>(value);
  }

  std::string message(const Fields* fields, char end, int depth) {
    if (depth > kDeepest) damaged("messages lie in each other too deeply");
    std::string out;
    while (end == '\0' ? !at_end() : !take(end)) {
      if (at_end()) damaged("a message does not end");
      const std::string_view name = word();
      const auto found = fields == nullptr ? Fields::const_iterator() : fields->find(name);
      const Field* field = fields == nullptr || found == fields->end() ? nullptr : &found->second;
      const bool colon = take(':');
      if (take('[')) {
        while (!take(']')) {
          value(out, field, depth);
          take(',');
        }
      } else if (!colon && peek() != '{' && peek() != '<') {
        damaged("':' is missing after '" + std::string(name) + "'");
      } else {
        value(out, field, depth);
      }
      if (!take(';')) take(',');
    }
    return out;
  }

  void value(std::string& out, const Field* field, int depth) {
    const char next = peek();
    if (next == '{' || next == '<') {
      ++at_;
      const bool known = field != nullptr && field->kind == Kind::kMessage;
      const std::string inner =
          message(known ? fields_of(field->message) : nullptr, next == '{' ? '}' : '>', depth + 1);
      if (known) put_bytes(out, field->number, inner);
    } else if (next == '"' || next == '\'') {
      const std::string text = quoted();
      if (field != nullptr && field->kind == Kind::kText) put_bytes(out, field->number, text);
    } else {
      const std::string_view text = word();
      if (field != nullptr) number(out, *field, text);
    }
  }

  void number(std::string& out, const Field& field, std::string_view text) {
    switch (field.kind) {
      case Kind::kBool:
        put_tag(out, field.number, 0);
        return put_varint(out, text == "true" || text == "1" || text == "t");
      case Kind::kType:
        put_tag(out, field.number, 0);
        return put_varint(out, static_cast<uint64_t>(std::isdigit(static_cast<unsigned char>(text[0]))
                                                         ? integer(text)
                                                         : type_number(text)));
      case Kind::kVarint:
        put_tag(out, field.number, 0);
        return put_varint(out, static_cast<uint64_t>(integer(text)));
      case Kind::kFloat:
        return put_fixed(out, field.number, static_cast<float>(real(text)));
      case Kind::kDouble:
        return put_fixed(out, field.number, real(text));
      default:
        damaged("'" + std::string(text) + "' stands where text or a message should be");
    }
  }
  int64_t integer(std::string_view text) const {
    const bool hexadecimal = text.substr(0, 2) == "0x";
    uint64_t large = 0;
    int64_t value = 0;
    const char *first = text.data() + (hexadecimal ? 2 : 0), *last = text.data() + text.size();
    if (text[0] != '-' && std::from_chars(first, last, large, hexadecimal ? 16 : 10).ptr == last &&
        first != last)
      return static_cast<int64_t>(large);
    if (std::from_chars(first, last, value).ptr != last || first == last)
      damaged("'" + std::string(text) + "' is no whole number");
    return value;
  }
  double real(std::string_view text) const {
    if (text.back() == 'f' && text.find("inf") == std::string_view::npos) text.remove_suffix(1);
    double value = 0;
    const char* last = text.data() + text.size();
    if (std::from_chars(text.data(), last, value).ptr != last)
      damaged("'" + std::string(text) + "' is no number");
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
};

// Text has no zero bytes and no other control characters than white space.
bool looks_like_text(const Bytes& bytes) {
  for (size_t i = 0; i < bytes.size() && i < 256; ++i) {
    const uint8_t c = bytes.data()[i];
    if (c < 32 && c != '\n' && c != '\r' && c != '\t') return false;
  }
  return true;
}

}  // namespace

std::string binary_of_text(const Bytes& text, const std::string& kind) {
  return Parser({reinterpret_cast<const char*>(text.data()), text.size()}).whole(kind);
}

bool parse_message(const Bytes& bytes, const std::string& kind, google::protobuf::MessageLite& message) {
  if (bytes.size() > INT32_MAX) return false;
  if (!bytes.empty() && looks_like_text(bytes)) {
    const std::string binary = binary_of_text(bytes, kind);
    return message.ParseFromString(binary);
  }
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace litewright::tf
