#include "importers/keras/file.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "importers/zip/zip.h"

namespace litewright::keras {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxConfig = uint64_t{256} << 20;
constexpr uint64_t kMaxWeights = uint64_t{1} << 40;

int major_version(const std::string& version) { return std::atoi(version.c_str()) >= 3 ? 3 : 2; }

// A model is {"class_name", "config"}; to_json() writes it as it is.
Json checked_model(Json model, const std::string& where) {
  if (model.is_object() && model.contains("class_name") && model["class_name"].is_string() &&
      model.contains("config")) {
    return model;
  }
  fail(ErrorCode::kInvalidModel, where, " does not describe a Keras model (no class_name and config)");
}

hdf5::File open_weights(const zip::Archive& archive, const std::string& name) {
  const char* entry = "model.weights.h5";
  if (std::optional<Bytes> stored = archive.in_place(entry))
    return hdf5::File::from_bytes(std::move(*stored), name, archive.mapped());
  return hdf5::File::from_bytes(archive.read(entry, kMaxWeights), name);
}

ModelFile from_archive(const zip::Archive& archive, const std::string& name) {
  if (!archive.contains("config.json") || !archive.contains("model.weights.h5")) {
    fail(ErrorCode::kInvalidModel, "'", name, "' is a zip archive, but not a Keras model (no ",
         archive.contains("config.json") ? "model.weights.h5)" : "config.json)");
  }
  const auto text = [&](const std::string& entry) {
    const Bytes bytes = archive.read(entry, kMaxConfig);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  Json model = checked_model(parse_json(text("config.json"), "config.json of '" + name + "'"),
                             "config.json of '" + name + "'");
  int keras = 3;
  if (archive.contains("metadata.json")) {
    const Json metadata = parse_json(text("metadata.json"), "metadata.json of '" + name + "'");
    if (metadata.is_object() && metadata.contains("keras_version") && metadata["keras_version"].is_string()) {
      keras = major_version(metadata["keras_version"].get<std::string>());
    }
  }
  auto file = std::make_shared<hdf5::File>(open_weights(archive, name + ": model.weights.h5"));
  return {std::move(model), Weights(std::move(file), ""), keras};
}

// `description` is the text of a JSON file for weights that come without one.
ModelFile from_hdf5(std::shared_ptr<const hdf5::File> file, const std::string& name,
                    std::optional<std::string> description) {
  const std::optional<std::string> own = file->string_attribute("", "model_config");
  if (!own && !description) {
    fail(
        ErrorCode::kInvalidModel, "'", name,
        "' holds no Keras model (no 'model_config'). If it holds weights only, put the ",
        "architecture (model.to_json()) beside it as a .json file of the same name, or save the whole model");
  }
  const std::string where = own ? "'model_config' of '" + name + "'" : "the JSON file for '" + name + "'";
  Json model = checked_model(parse_json(own ? *own : *description, where), where);
  const bool grouped = file->is_group("model_weights");
  std::string version = file->string_attribute("", "keras_version").value_or("");
  if (version.empty() && grouped)
    version = file->string_attribute("model_weights", "keras_version").value_or("");
  if (version.empty() && model.contains("keras_version") && model["keras_version"].is_string()) {
    version = model["keras_version"].get<std::string>();
  }
  Weights weights(std::move(file), grouped ? "model_weights" : "");
  return {std::move(model), std::move(weights), major_version(version)};
}

enum class Kind { kZip, kHdf5, kJson, kOther };

Kind kind_of(std::span<const std::byte> head) {
  const auto starts = [&](const char* text, size_t size) {
    return head.size() >= size && std::memcmp(head.data(), text, size) == 0;
  };
  if (starts("PK\x03\x04", 4) || starts("PK\x05\x06", 4)) return Kind::kZip;
  if (starts("\x89HDF\r\n\x1a\n", 8)) return Kind::kHdf5;
  for (const std::byte byte : head) {
    const char c = static_cast<char>(byte);
    if (c == '{') return Kind::kJson;
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
  }
  return Kind::kOther;
}

Kind kind_of_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    fail(ErrorCode::kInvalidModel, "'", path,
         "' is a folder; a .keras or .h5 file is needed (a SavedModel folder has its own reader)");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(ErrorCode::kIo, "could not open '", path, "'");
  char head[64];
  in.read(head, sizeof(head));
  return kind_of({reinterpret_cast<const std::byte*>(head), static_cast<size_t>(in.gcount())});
}

std::string read_text(const std::string& path) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) fail(ErrorCode::kIo, "could not read '", path, "'");
  if (size > kMaxConfig)
    fail(ErrorCode::kInvalidModel, "'", path, "' is too large to be a model's description");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The file that belongs to `path`: same stem, any of the endings.
std::optional<std::string> beside(const fs::path& path, std::initializer_list<const char*> endings) {
  fs::path stem = path.parent_path() / path.stem();
  if (stem.extension() == ".weights") stem.replace_extension();
  for (const char* ending : endings) {
    const std::string candidate = stem.string() + ending;
    std::error_code error;
    if (candidate != path.string() && fs::is_regular_file(candidate, error)) return candidate;
  }
  return std::nullopt;
}

}  // namespace

ModelFile read_model_file(const std::string& path, const std::string& other) {
  switch (kind_of_file(path)) {
    case Kind::kZip:
      return from_archive(zip::Archive::open(path), path);
    case Kind::kHdf5: {
      auto file = std::make_shared<hdf5::File>(hdf5::File::open(path));
      std::optional<std::string> description;
      if (!file->string_attribute("", "model_config")) {
        const auto json =
            other.empty() ? beside(path, {".json", "_config.json", ".config.json"}) : std::optional(other);
        if (json) description = read_text(*json);
      }
      return from_hdf5(std::move(file), path, std::move(description));
    }
    case Kind::kJson: {
      const auto weights =
          other.empty() ? beside(path, {".weights.h5", ".h5", ".hdf5", "_weights.h5"}) : std::optional(other);
      if (!weights) {
        fail(ErrorCode::kInvalidModel, "'", path,
             "' describes a model without weights, and there is no HDF5 file of the same name");
      }
      return from_hdf5(std::make_shared<hdf5::File>(hdf5::File::open(*weights)), *weights, read_text(path));
    }
    case Kind::kOther:
      break;
  }
  fail(ErrorCode::kInvalidModel, "'", path, "' is neither an HDF5 file nor a .keras archive");
}

ModelFile read_model_bytes(Bytes bytes, const std::string& name) {
  switch (kind_of(bytes.as<std::byte>().first(std::min<size_t>(bytes.size(), 64)))) {
    case Kind::kZip:
      return from_archive(zip::Archive::from_bytes(std::move(bytes), name), name);
    case Kind::kHdf5:
      return from_hdf5(std::make_shared<hdf5::File>(hdf5::File::from_bytes(std::move(bytes), name)), name,
                       std::nullopt);
    default:
      fail(ErrorCode::kInvalidModel, "'", name, "' is neither an HDF5 file nor a .keras archive");
  }
}

}  // namespace litewright::keras
