#include "importers/zip/zip.h"

#include <zip.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "importers/zip/stored_entry.h"
#include "tflite/mapped_file.h"

namespace litewright::zip {
namespace {

constexpr uint64_t kMaxRatio = 200;                // uncompressed / compressed
constexpr uint64_t kHarmless = uint64_t{1} << 24;  // bytes for which any ratio will do
constexpr uint64_t kBlock = uint64_t{1} << 20;     // bytes read at a time
constexpr int64_t kMaxEntries = 1 << 16;

std::string unsafe_name(const std::string& name) {
  if (name.empty()) return "has no name";
  if (name[0] == '/' || name.find('\\') != std::string::npos || (name.size() > 1 && name[1] == ':')) {
    return "has an absolute or foreign path";
  }
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return "has a path that leaves the archive";
    begin = end + 1;
  }
  return "";
}

}  // namespace

struct Archive::State {
  std::string name;
  Bytes bytes;
  bool mapped = false;
  zip_t* archive = nullptr;
  std::vector<std::string> names;

  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
  [[noreturn]] void bad(const std::string& entry, const std::string& what) const {
    fail(ErrorCode::kInvalidModel, "'", name, "', entry '", entry, "' ", what);
  }

  // Takes the source; checks every entry before any is read.
  void open(zip_source_t* source) {
    zip_error_t error;
    zip_error_init(&error);
    archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
    zip_error_fini(&error);
    if (archive == nullptr) {
      if (source != nullptr) zip_source_free(source);
      fail(ErrorCode::kInvalidModel, "'", name, "' is not a readable zip archive");
    }
    const int64_t count = zip_get_num_entries(archive, 0);
    if (count > kMaxEntries) fail(ErrorCode::kInvalidModel, "'", name, "' has too many entries");
    std::set<std::string> seen;
    for (int64_t i = 0; i < count; ++i) {
      zip_stat_t stat;
      constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
      if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
          (stat.valid & kNeeded) != kNeeded) {
        fail(ErrorCode::kInvalidModel, "'", name, "' has an unreadable directory");
      }
      const std::string entry = stat.name;
      if (const std::string reason = unsafe_name(entry); !reason.empty()) bad(entry, reason);
      if (!seen.insert(entry).second) bad(entry, "occurs twice");
      if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
        bad(entry, "is encrypted");
      }
      if (stat.size > kHarmless && stat.size / kMaxRatio > stat.comp_size)
        bad(entry, "inflates suspiciously");
      names.push_back(entry);
    }
  }
};

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::open(const std::string& path) {
  try {
    return from_bytes(map_file(path), path, true);
  } catch (Error& error) {
    if (error.code() == ErrorCode::kInvalidArgument) fail(ErrorCode::kIo, error.what());
    throw;
  }
}

Archive Archive::from_bytes(Bytes bytes, const std::string& name, bool mapped) {
  if (bytes.empty()) fail(ErrorCode::kInvalidModel, "'", name, "' is empty");
  auto state = std::make_unique<State>();
  state->name = name;
  state->bytes = std::move(bytes);
  state->mapped = mapped;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(state->bytes.data(), state->bytes.size(), 0, &error);
  zip_error_fini(&error);
  state->open(source);
  return Archive(std::move(state));
}

const std::vector<std::string>& Archive::names() const { return state_->names; }

bool Archive::contains(const std::string& entry) const {
  return std::find(state_->names.begin(), state_->names.end(), entry) != state_->names.end();
}

bool Archive::mapped() const { return state_->mapped; }

Bytes Archive::read(const std::string& entry, uint64_t limit) const {
  zip_stat_t stat;
  if (zip_stat(state_->archive, entry.c_str(), 0, &stat) != 0) state_->bad(entry, "does not exist");
  if (stat.size > limit) {
    state_->bad(entry, concat("has ", stat.size, " bytes; at most ", limit, " are read"));
  }
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(state_->archive, stat.index, 0),
                                                         zip_fclose);
  if (file == nullptr) state_->bad(entry, "cannot be opened");
  // The size that the entry claims reserves nothing.
  std::vector<uint8_t> bytes;
  size_t used = 0;
  for (;;) {
    bytes.resize(std::min<uint64_t>(used + kBlock, stat.size + 1));
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0) state_->bad(entry, "is damaged");
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > stat.size) state_->bad(entry, "is longer than it says");
  }
  if (used != stat.size) state_->bad(entry, "is shorter than it says");
  bytes.resize(used);
  return Bytes::own(std::move(bytes));
}

std::optional<Bytes> Archive::in_place(const std::string& entry) const {
  std::optional<StoredEntry> stored = find_stored(state_->bytes, entry);
  if (!stored) return std::nullopt;
  if (!has_crc(stored->bytes, stored->crc, state_->mapped)) state_->bad(entry, "is damaged");
  return std::move(stored->bytes);
}

}  // namespace litewright::zip
