#include "importers/keras/weights.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <utility>

#include "core/error.h"

namespace litewright::keras {
namespace {

std::vector<std::string> split(const std::string& name) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (end > begin) parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!parts.empty()) parts.back() = parts.back().substr(0, parts.back().find(':'));
  return parts;
}

Shape to_shape(const std::vector<int64_t>& dims, const std::string& path) {
  for (const int64_t dim : dims) {
    if (dim < 0 || dim > INT32_MAX) fail(ErrorCode::kInvalidModel, "weights '", path, "' are too large");
  }
  return Shape(dims.begin(), dims.end());
}

}  // namespace

std::string snake_case(const std::string& class_name) {
  static const std::regex word("(.)([A-Z][a-z]+)"), edge("([a-z])([A-Z])");
  std::string name;
  for (const char c : class_name.substr(0, 256)) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') name += c;
  }
  name = std::regex_replace(std::regex_replace(name, word, "$1_$2"), edge, "$1_$2");
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

const Bytes& Weight::bytes() const {
  if (reinterpret_cast<uintptr_t>(stored.data()) % alignof(float) != 0)
    stored = Bytes::copy(stored.data(), stored.size());
  return stored;
}

Bytes own_floats(std::vector<float> values) {
  const auto owner = std::make_shared<const std::vector<float>>(std::move(values));
  return Bytes(owner, reinterpret_cast<const uint8_t*>(owner->data()), owner->size() * sizeof(float));
}

Weights::Weights(std::shared_ptr<const hdf5::File> file, std::string root)
    : file_(std::move(file)), top_(true), path_(std::move(root)) {
  by_name_ = file_->string_list_attribute(path_, "layer_names").has_value();
  if (by_name_) return;
  for (const char* marker : {"layers", "vars", "_layer_checkpoint_dependencies"}) {
    if (file_->is_group(path_.empty() ? marker : path_ + "/" + marker)) return;
  }
  fail(ErrorCode::kInvalidModel, "the HDF5 file holds no Keras weights");
}

void Weights::list_group(const std::string& group) {
  if (!file_->is_group(group)) return;
  for (const std::string& name :
       file_->string_list_attribute(group, "weight_names").value_or(std::vector<std::string>())) {
    entries_.push_back({group + "/" + name, split(name)});
  }
}

Weights Weights::matching(const std::string& name) const {
  Weights result;
  result.file_ = file_;
  result.by_name_ = true;
  for (const Entry& entry : entries_) {
    const auto& parts = entry.parts;
    const auto found = std::find(parts.begin(), parts.empty() ? parts.end() : parts.end() - 1, name);
    if (parts.empty() || found == parts.end() - 1) continue;
    result.entries_.push_back({entry.path, std::vector<std::string>(found + 1, parts.end())});
  }
  return result;
}

Weights Weights::layer(const std::string& name, const std::string& class_name, int ordinal) const {
  if (by_name_) {
    if (!top_) {
      // Models inside models leave no trace in their variables' names.
      const bool model = class_name == "Functional" || class_name == "Sequential" || class_name == "Model";
      const Weights found = matching(name);
      return model && found.entries_.empty() ? *this : found;
    }
    Weights result;
    result.file_ = file_;
    result.by_name_ = true;
    result.list_group(path_.empty() ? name : path_ + "/" + name);
    return result;
  }
  const std::string key = snake_case(class_name) + (ordinal == 0 ? "" : "_" + std::to_string(ordinal));
  const std::string below = path_.empty() ? "" : path_ + "/";
  Weights result;
  result.file_ = file_;
  for (const char* list : {"layers", "_functional/layers", "_layer_checkpoint_dependencies"}) {
    result.path_ = below + list + "/" + key;
    if (file_->is_group(result.path_)) return result;
  }
  // Classes may be exported under another name than their own; the file notes the layers' names.
  const std::string list = below + "layers";
  for (const std::string& child :
       file_->is_group(list) ? file_->children(list) : std::vector<std::string>()) {
    result.path_ = list + "/" + child;
    if (file_->is_group(result.path_ + "/vars") &&
        file_->string_attribute(result.path_ + "/vars", "name") == name)
      return result;
  }
  result.path_ = list + "/" + key;
  return result;
}

Weights Weights::child(std::initializer_list<const char*> attributes, const std::string& name) const {
  if (by_name_) {
    if (name.empty()) return *this;
    Weights selected = matching(name);
    return selected.entries_.empty() ? *this : selected;
  }
  Weights result;
  result.file_ = file_;
  for (const char* attribute : attributes) {
    result.path_ = path_ + "/" + attribute;
    if (file_->is_group(result.path_)) return result;
  }
  return result;
}

Weights Weights::member(const char* attribute, const std::string& name, const std::string& class_name,
                        int ordinal, int index) const {
  if (!by_name_) {
    Weights result;
    result.file_ = file_;
    result.path_ = path_ + "/" + attribute + "/" + snake_case(class_name) +
                   (ordinal == 0 ? "" : "_" + std::to_string(ordinal));
    return result;
  }
  Weights named = matching(name);
  if (!named.entries_.empty()) return named;
  // Variables of one layer share everything but the last part of their name; take the index-th such family.
  std::vector<std::vector<std::string>> families;
  Weights result;
  result.file_ = file_;
  result.by_name_ = true;
  for (const Entry& entry : entries_) {
    if (entry.parts.empty()) continue;
    const std::vector<std::string> family(entry.parts.begin(), entry.parts.end() - 1);
    if (std::find(families.begin(), families.end(), family) == families.end()) families.push_back(family);
    if (families.size() == static_cast<size_t>(index) + 1 && family == families.back())
      result.entries_.push_back(entry);
  }
  return result;
}

const Weights::Entry* Weights::find(const std::string& name, int index) const {
  for (const Entry& entry : entries_) {
    if (!entry.parts.empty() && entry.parts.back() == name) return &entry;
  }
  const bool unnamed = std::none_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return !entry.parts.empty() &&
           (entry.parts.back() == "kernel" || entry.parts.back() == "gamma" || entry.parts.back() == "beta");
  });
  return unnamed && index < static_cast<int>(entries_.size()) ? &entries_[static_cast<size_t>(index)]
                                                              : nullptr;
}

std::string Weights::path_of(const std::string& name, int index) const {
  if (!by_name_) return path_ + "/vars/" + std::to_string(index);
  const Entry* entry = find(name, index);
  return entry == nullptr ? "" : entry->path;
}

bool Weights::has(const std::string& name, int index) const {
  const std::string path = path_of(name, index);
  return !path.empty() && file_->is_dataset(path);
}

Shape Weights::shape(const std::string& name, int index) const {
  if (!has(name, index)) {
    fail(ErrorCode::kInvalidModel, "the weights '", name, "' are missing",
         by_name_ ? "" : " (no '" + path_of(name, index) + "' in the file)");
  }
  const std::string path = path_of(name, index);
  return to_shape(file_->shape(path), path);
}

Weight Weights::read(const std::string& name, int index, const Shape& expected) const {
  const Shape actual = shape(name, index);
  bool fits = actual.size() == expected.size();
  for (size_t i = 0; fits && i < actual.size(); ++i) fits = expected[i] < 0 || expected[i] == actual[i];
  if (!fits) {
    fail(ErrorCode::kInvalidModel, "the weights '", name, "' have the shape ", to_string(actual),
         ", should have ", to_string(expected));
  }
  return {actual, file_->read(path_of(name, index)).data};
}

}  // namespace litewright::keras
