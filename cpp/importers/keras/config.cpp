#include "importers/keras/config.h"

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"

namespace litewright::keras {
namespace {

constexpr int64_t kMaxExtent = int64_t{1} << 20;

// Python's NaN and Infinity as JSON numbers; text in quotes stays as it is.
std::string without_python_numbers(const std::string& text) {
  static const std::pair<std::string, std::string> kWords[] = {
      {"-Infinity", "-1.7976931348623157e308"}, {"Infinity", "1.7976931348623157e308"}, {"NaN", "null"}};
  std::string result;
  bool quoted = false;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\\' && quoted && i + 1 < text.size()) {
      result.append(text, i, 2);
      i += 2;
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    bool replaced = false;
    for (const auto& [word, number] : kWords) {
      if (quoted || text.compare(i, word.size(), word) != 0) continue;
      result += number;
      i += word.size();
      replaced = true;
      break;
    }
    if (!replaced) result += text[i++];
  }
  return result;
}

}  // namespace

Json parse_json(const std::string& text, const std::string& where) {
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_discarded()) parsed = Json::parse(without_python_numbers(text), nullptr, false);
  if (parsed.is_discarded()) fail(ErrorCode::kInvalidModel, where, " is not valid JSON");
  return parsed;
}

std::string brief(const Json& value) {
  if (value.is_object()) {
    if (value.contains("class_name") && value["class_name"].is_string()) {
      return "an object '" + value["class_name"].get<std::string>() + "'";
    }
    return "an object";
  }
  if (value.is_array() && value.size() > 8) return concat("a list of ", value.size());
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::optional<double> as_number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  if (value.is_object() && value.contains("config") && value["config"].is_object()) {
    const Json& config = value["config"];
    if (config.contains("value")) return as_number(config["value"]);
  }
  return std::nullopt;
}

std::optional<int64_t> as_integer(const Json& value) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) return std::nullopt;
  if (value.is_number_integer()) return value.get<int64_t>();
  const std::optional<double> number = as_number(value);
  if (!number || !(std::fabs(*number) < 9e15) || *number != std::floor(*number)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

Config::Config(const Json& object, std::string where) : object_(&object), where_(std::move(where)) {
  if (!object.is_object()) {
    fail(ErrorCode::kInvalidModel, where_, ": its configuration should be an object, is ", brief(object));
  }
}

void Config::bad(const std::string& key, const std::string& should) const {
  const bool there = object_->contains(key);
  fail(ErrorCode::kInvalidModel, where_, ": '", key, "' should be ", should,
       there ? ", is " + brief((*object_)[key]) : ", is missing");
}

bool Config::has(const std::string& key) const {
  const auto found = object_->find(key);
  return found != object_->end() && !found->is_null();
}

const Json& Config::raw(const std::string& key) const {
  if (!object_->contains(key)) bad(key, "there");
  return (*object_)[key];
}

int64_t Config::integer(const std::string& key) const {
  const std::optional<int64_t> value = has(key) ? as_integer(raw(key)) : std::nullopt;
  if (!value) bad(key, "an integer");
  return *value;
}
int64_t Config::integer(const std::string& key, int64_t otherwise) const {
  return has(key) ? integer(key) : otherwise;
}

double Config::number(const std::string& key) const {
  const std::optional<double> value = has(key) ? as_number(raw(key)) : std::nullopt;
  if (!value) bad(key, "a number");
  return *value;
}
double Config::number(const std::string& key, double otherwise) const {
  return has(key) ? number(key) : otherwise;
}

bool Config::flag(const std::string& key, bool otherwise) const {
  if (!has(key)) return otherwise;
  const Json& value = raw(key);
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<int64_t>() != 0;
  bad(key, "true or false");
}

std::string Config::text(const std::string& key) const {
  if (!has(key) || !raw(key).is_string()) bad(key, "text");
  return raw(key).get<std::string>();
}
std::string Config::text(const std::string& key, const std::string& otherwise) const {
  return has(key) ? text(key) : otherwise;
}

std::vector<int64_t> Config::integers(const std::string& key) const {
  if (has(key) && raw(key).is_array()) {
    std::vector<int64_t> values;
    for (const Json& item : raw(key)) {
      const std::optional<int64_t> value = as_integer(item);
      if (!value) bad(key, "a list of integers");
      values.push_back(*value);
    }
    return values;
  }
  return {integer(key)};
}

std::vector<double> Config::numbers(const std::string& key) const {
  if (has(key) && raw(key).is_array()) {
    std::vector<double> values;
    for (const Json& item : raw(key)) {
      const std::optional<double> value = as_number(item);
      if (!value) bad(key, "a list of numbers");
      values.push_back(*value);
    }
    return values;
  }
  return {number(key)};
}

std::vector<int32_t> Config::sizes(const std::string& key, int rank, int32_t otherwise) const {
  if (!has(key)) return std::vector<int32_t>(static_cast<size_t>(rank), otherwise);
  std::vector<int64_t> values = integers(key);
  if (values.size() == 1) values.resize(static_cast<size_t>(rank), values[0]);
  if (values.size() != static_cast<size_t>(rank)) bad(key, concat("an integer or a list of ", rank));
  for (const int64_t value : values) {
    if (value < 1 || value > kMaxExtent) bad(key, "positive (and not beyond all reason)");
  }
  return std::vector<int32_t>(values.begin(), values.end());
}

Config Config::object(const std::string& key) const {
  if (!has(key) || !raw(key).is_object()) bad(key, "an object");
  return Config(raw(key), where_ + ", " + key);
}

}  // namespace litewright::keras
