// Typed access to the JSON that describes a layer. Whatever the file says, a wrong type is an Error that
// names layer and key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace litewright::keras {

using Json = nlohmann::json;

// Parses JSON as Python writes it (NaN, Infinity included). `where` stands for the file in messages.
Json parse_json(const std::string& text, const std::string& where);

class Config {
 public:
  // A view: `object` must outlive it. `where` is "layer 'conv1' (Conv2D)". Error if it is not a JSON object.
  Config(const Json& object, std::string where);

  const std::string& where() const { return where_; }
  const Json& json() const { return *object_; }
  bool has(const std::string& key) const;  // there, and not null
  bool contains(const std::string& key) const { return object_->contains(key); }

  int64_t integer(const std::string& key) const;
  int64_t integer(const std::string& key, int64_t otherwise) const;
  double number(const std::string& key) const;
  double number(const std::string& key, double otherwise) const;
  bool flag(const std::string& key, bool otherwise) const;
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const std::string& otherwise) const;
  // A list of integers; one integer counts as a list of one.
  std::vector<int64_t> integers(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  // The same for `rank` spatial dimensions: one integer stands for all. Each in [1, 2^20].
  std::vector<int32_t> sizes(const std::string& key, int rank, int32_t otherwise) const;
  Config object(const std::string& key) const;
  const Json& raw(const std::string& key) const;  // Error if it is missing

  // An Error of kInvalidModel about `key`.
  [[noreturn]] void bad(const std::string& key, const std::string& should) const;

 private:
  const Json* object_;
  std::string where_;
};

// A JSON value for messages, shortened.
std::string brief(const Json& value);
// A number that need not be a JSON number: Keras writes some as {"class_name": "__numpy__", ...} or as text.
std::optional<double> as_number(const Json& value);
std::optional<int64_t> as_integer(const Json& value);

}  // namespace litewright::keras
