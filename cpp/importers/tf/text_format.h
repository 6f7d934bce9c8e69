// TensorFlow's messages from files, in the binary form or as text (.pbtxt).
#pragma once

#include <string>

#include "core/bytes.h"

namespace google::protobuf {
class MessageLite;
}

namespace litewright::tf {

// The binary form of a message of this kind ("GraphDef", "SavedModel") written as text. Fields that are not
// read are skipped. Error (kInvalidModel) with the line if the text is damaged.
std::string binary_of_text(const Bytes& text, const std::string& kind);

// Fills `message` from either form; false if the bytes are neither. Error (kInvalidModel) with the line if
// they are text that is damaged.
bool parse_message(const Bytes& bytes, const std::string& kind, google::protobuf::MessageLite& message);

}  // namespace litewright::tf
