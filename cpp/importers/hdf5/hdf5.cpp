#include "importers/hdf5/hdf5.h"

#include <hdf5.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

#include "core/dtype.h"
#include "core/error.h"
#include "core/float16.h"
#include "core/memory.h"
#include "importers/hdf5/heap_strings.h"
#include "tflite/mapped_file.h"

namespace litewright::hdf5 {
namespace {

constexpr uint64_t kMaxLinks = 1 << 20;    // names in one group
constexpr uint64_t kMaxInflation = 1040;   // deflate cannot do better than 1032
constexpr uint64_t kSmallDataset = 65536;  // bytes that are always allowed
constexpr int kMaxChunks = 4096;           // pieces of a split attribute
constexpr size_t kMaxResident = 1 << 20;   // bytes of a mapped file that stay in memory after use
constexpr size_t kFew = 1 << 20;           // bytes that are copied rather than shared with the file
constexpr size_t kAround = 128 << 10;      // bytes that are mapped around what is looked up for a dataset

// The library may be built without thread safety and prints errors by itself: one caller at a time, and
// silently.
class Session {
 public:
  Session() : lock_(mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Session() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

 private:
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex instance;
    return instance;
  }
  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// Keeps HDF5's cache of groups and headers small: it would grow to 32 MB, more than some models.
void limit_cache(hid_t access) {
  H5AC_cache_config_t config;
  config.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  if (H5Pget_mdc_config(access, &config) < 0) return;
  config.set_initial_size = true;
  config.initial_size = config.min_size = config.max_size = 1 << 20;
  H5Pset_mdc_config(access, &config);
}

// Callbacks that let the core driver read the caller's bytes in place.
struct Image {
  void* bytes;
  size_t size;
};
void* image_malloc(size_t size, H5FD_file_image_op_t, void* udata) {
  auto* image = static_cast<Image*>(udata);
  return size <= image->size ? image->bytes : nullptr;
}
void* image_memcpy(void* dest, const void* src, size_t, H5FD_file_image_op_t, void*) {
  return dest == src ? dest : nullptr;
}
void* image_realloc(void*, size_t, H5FD_file_image_op_t, void*) { return nullptr; }
herr_t image_free(void*, H5FD_file_image_op_t, void*) { return 0; }
void* image_udata_copy(void* udata) { return udata; }
herr_t image_udata_free(void*) { return 0; }

}  // namespace

struct File::State {
  std::string name;
  Bytes bytes;
  bool mapped = false;
  std::atomic<size_t> resident = 0;  // bytes handed out since pages were let go
  Image image{};
  uint64_t file_size = 0;
  hid_t file = -1;

  ~State() {
    if (file < 0) return;
    Session session;
    H5Fclose(file);
  }

  [[noreturn]] void bad(const std::string& path, const std::string& what) const {
    fail(ErrorCode::kInvalidModel, "'", name, "', '/", path, "': ", what);
  }

  // The object at `path`, following hard links only; an invalid handle when there is none.
  Handle find(const std::string& path) const {
    Handle current(H5Gopen2(file, "/", H5P_DEFAULT), H5Oclose);
    size_t begin = 0;
    hid_t id = current;
    std::vector<Handle> chain;
    while (begin < path.size()) {
      const size_t end = std::min(path.find('/', begin), path.size());
      const std::string part = path.substr(begin, end - begin);
      begin = end + 1;
      if (part.empty()) continue;
      H5L_info_t link;
      if (part == "." || part == ".." || H5Iget_type(id) != H5I_GROUP ||
          H5Lexists(id, part.c_str(), H5P_DEFAULT) <= 0 ||
          H5Lget_info(id, part.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
        return Handle(-1, H5Oclose);
      }
      chain.emplace_back(H5Oopen(id, part.c_str(), H5P_DEFAULT), H5Oclose);
      if (!chain.back().ok()) return Handle(-1, H5Oclose);
      id = chain.back();
    }
    if (chain.empty()) return current;
    return std::move(chain.back());
  }
  Handle need(const std::string& path) const {
    Handle object = find(path);
    if (!object.ok()) bad(path, "not found in the file");
    return object;
  }

  // The strings of an attribute, whatever its rank; nothing when it is absent.
  std::optional<std::vector<std::string>> strings(const std::string& path, const std::string& key) const {
    Handle object = need(path);
    with_context([&] { return concat("'", this->name, "', '/", path, "'"); },
                 [&] { check_attributes(this->bytes, header_address(object)); });
    if (H5Aexists(object, key.c_str()) <= 0) return std::nullopt;
    Handle attribute(H5Aopen(object, key.c_str(), H5P_DEFAULT), H5Aclose);
    if (!attribute.ok()) bad(path, "attribute '" + key + "' cannot be opened");
    Handle space(H5Aget_space(attribute), H5Sclose);
    Handle type(H5Aget_type(attribute), H5Tclose);
    const hssize_t count = space.ok() ? H5Sget_simple_extent_npoints(space) : -1;
    if (!type.ok() || count < 0) bad(path, "attribute '" + key + "' cannot be read");
    if (count == 0) return std::vector<std::string>();
    if (H5Tget_class(type) != H5T_STRING) bad(path, "attribute '" + key + "' should hold text");
    const uint64_t bytes = H5Aget_storage_size(attribute);
    if (static_cast<uint64_t>(count) > file_size || bytes > file_size) {
      bad(path, "attribute '" + key + "' claims more than the file holds");
    }
    if (H5Tis_variable_str(type) <= 0) return fixed_strings(attribute, type, count, path, key);
    return with_context([&] { return concat("'", this->name, "', '/", path, "', attribute '", key, "'"); },
                        [&] {
                          return read_heap_strings(this->bytes, header_address(object), key,
                                                   static_cast<uint64_t>(count));
                        });
  }

  static uint64_t header_address(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info1_t info;
#else
    H5O_info_t info;
#endif
    return H5Oget_info1(object, &info) < 0 ? UINT64_MAX : info.addr;
  }

  std::vector<std::string> fixed_strings(hid_t attribute, hid_t type, hssize_t count, const std::string& path,
                                         const std::string& key) const {
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > file_size || static_cast<uint64_t>(count) > file_size / size) {
      bad(path, "attribute '" + key + "' claims more than the file holds");
    }
    std::string buffer(size * static_cast<size_t>(count), '\0');
    if (H5Aread(attribute, type, buffer.data()) < 0) bad(path, "attribute '" + key + "' cannot be read");
    std::vector<std::string> result;
    for (hssize_t i = 0; i < count; ++i) {
      const char* text = buffer.data() + static_cast<size_t>(i) * size;
      result.emplace_back(text, strnlen(text, size));
    }
    return result;
  }

  std::vector<int64_t> extents(hid_t dataset, const std::string& path) const {
    Handle space(H5Dget_space(dataset), H5Sclose);
    const H5S_class_t kind = space.ok() ? H5Sget_simple_extent_type(space) : H5S_NO_CLASS;
    const int rank = kind == H5S_SIMPLE || kind == H5S_SCALAR ? H5Sget_simple_extent_ndims(space) : -1;
    if (rank < 0) bad(path, "should be an array");
    std::vector<hsize_t> dims(static_cast<size_t>(rank));
    if (H5Sget_simple_extent_dims(space, dims.data(), nullptr) < 0) bad(path, "has no readable shape");
    return std::vector<int64_t>(dims.begin(), dims.end());
  }

  // The number of elements, after the claimed size was held against what is stored.
  size_t checked_count(hid_t dataset, hid_t type, const std::vector<int64_t>& shape,
                       const std::string& path) const {
    Handle creation(H5Dget_create_plist(dataset), H5Pclose);
    if (!creation.ok() || H5Pget_layout(creation) == H5D_VIRTUAL) bad(path, "virtual datasets are not read");
    if (H5Pget_external_count(creation) != 0) bad(path, "data outside the file are not read");
    const bool filtered = H5Pget_nfilters(creation) > 0;
    const uint64_t limit = std::max(kSmallDataset, filtered ? kMaxInflation * file_size : file_size);
    uint64_t bytes = H5Tget_size(type);
    for (const int64_t dim : shape) {
      if (dim < 0 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes) || bytes > limit) {
        bad(path, "its shape claims more data than the file can hold");
      }
    }
    if (H5Pget_layout(creation) != H5D_CHUNKED) check_extent(dataset, bytes, path);
    return bytes / H5Tget_size(type);
  }

  // The library copies `size` bytes from where a dataset in one piece begins, whatever is there.
  void check_extent(hid_t dataset, uint64_t size, const std::string& path) const {
    const uint64_t stored = H5Dget_storage_size(dataset);
    const haddr_t offset = H5Dget_offset(dataset);
    const bool inside = offset == HADDR_UNDEF || (offset <= file_size && size <= file_size - offset);
    if ((stored != 0 && stored < size) || !inside) bad(path, "its data lie outside of the file");
  }

  // The elements where they lie in the file, or a copy if they are few: it would hold on to more of the file
  // than it needs. Nothing where they are stored in another way than in memory.
  std::optional<Bytes> in_place(hid_t dataset, hid_t type, size_t count) {
    const haddr_t offset = H5Dget_offset(dataset);
    const size_t size = count * sizeof(float);
    if (offset == HADDR_UNDEF || offset > bytes.size() || size > bytes.size() - offset ||
        H5Tequal(type, H5T_NATIVE_FLOAT) <= 0 || H5Dget_storage_size(dataset) != size) {
      return std::nullopt;
    }
    if (mapped && (resident += size + kAround) > kMaxResident) {
      release_mapped(bytes.data(), bytes.size());
      resident = size;
    }
    return size < kFew ? Bytes::copy(bytes.data() + offset, size) : bytes.slice(offset, size);
  }
};

File::File(std::unique_ptr<State> state) : state_(std::move(state)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;

File File::open(const std::string& path) {
  Bytes bytes;
  try {
    bytes = map_file(path);
  } catch (const Error& error) {
    fail(ErrorCode::kIo, error.what());
  }
  return from_bytes(std::move(bytes), path, true);
}

File File::from_bytes(Bytes bytes, const std::string& name, bool mapped) {
  Session session;
  H5PLset_loading_state(0);
  auto state = std::make_unique<State>();
  state->name = name;
  state->bytes = std::move(bytes);
  state->mapped = mapped;
  state->file_size = state->bytes.size();
  state->image = {const_cast<uint8_t*>(state->bytes.data()), state->bytes.size()};  // HDF5 only reads
  // HDF5 refuses the name of a file that exists, and takes equal names for the same file.
  static std::atomic<int> count = 0;
  const std::string unique = concat(name, "/", count++);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5FD_file_image_callbacks_t callbacks = {image_malloc,     image_memcpy,     image_realloc, image_free,
                                           image_udata_copy, image_udata_free, &state->image};
  limit_cache(access);
  if (state->bytes.empty() || H5Pset_fapl_core(access, 1 << 16, 0) < 0 ||
      H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, state->image.bytes, state->image.size) < 0 ||
      (state->file = H5Fopen(unique.c_str(), H5F_ACC_RDONLY, access)) < 0) {
    fail(ErrorCode::kInvalidModel, "'", name, "' is not a readable HDF5 file");
  }
  return File(std::move(state));
}

bool File::is_group(const std::string& path) const {
  Session session;
  Handle object = state_->find(path);
  return object.ok() && H5Iget_type(object) == H5I_GROUP;
}

bool File::is_dataset(const std::string& path) const {
  Session session;
  Handle object = state_->find(path);
  return object.ok() && H5Iget_type(object) == H5I_DATASET;
}

std::vector<std::string> File::children(const std::string& path) const {
  Session session;
  Handle group = state_->need(path);
  H5G_info_t info;
  if (H5Iget_type(group) != H5I_GROUP || H5Gget_info(group, &info) < 0) state_->bad(path, "is not a group");
  if (info.nlinks > kMaxLinks) state_->bad(path, "has too many members");
  Handle creation(H5Gget_create_plist(group), H5Pclose);
  unsigned order = 0;
  H5Pget_link_creation_order(creation, &order);
  const H5_index_t index = (order & H5P_CRT_ORDER_INDEXED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t size = H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (size < 0 || static_cast<uint64_t>(size) > state_->file_size)
      state_->bad(path, "has unreadable members");
    std::string name(static_cast<size_t>(size) + 1, '\0');
    H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT);
    name.pop_back();
    names.push_back(std::move(name));
  }
  return names;
}

std::optional<std::string> File::string_attribute(const std::string& path, const std::string& name) const {
  Session session;
  auto strings = state_->strings(path, name);
  if (!strings) return std::nullopt;
  if (strings->size() != 1) state_->bad(path, "attribute '" + name + "' should be one string");
  return std::move(strings->front());
}

std::optional<std::vector<std::string>> File::string_list_attribute(const std::string& path,
                                                                    const std::string& name) const {
  Session session;
  if (auto whole = state_->strings(path, name)) return whole;
  std::vector<std::string> all;
  for (int chunk = 0; chunk < kMaxChunks; ++chunk) {
    auto piece = state_->strings(path, name + std::to_string(chunk));
    if (!piece) return chunk == 0 ? std::nullopt : std::optional(all);
    all.insert(all.end(), piece->begin(), piece->end());
  }
  state_->bad(path, "attribute '" + name + "' is split into too many pieces");
}

std::vector<int64_t> File::shape(const std::string& path) const {
  Session session;
  Handle dataset = state_->need(path);
  if (H5Iget_type(dataset) != H5I_DATASET) state_->bad(path, "is not a dataset");
  return state_->extents(dataset, path);
}

Array File::read(const std::string& path) const {
  Session session;
  Handle dataset = state_->need(path);
  if (H5Iget_type(dataset) != H5I_DATASET) state_->bad(path, "is not a dataset");
  Handle type(H5Dget_type(dataset), H5Tclose);
  Array array;
  array.shape = state_->extents(dataset, path);
  const H5T_class_t kind = type.ok() ? H5Tget_class(type) : H5T_NO_CLASS;
  const bool bfloat = kind == H5T_OPAQUE && H5Tget_size(type) == 2;
  if (kind != H5T_FLOAT && kind != H5T_INTEGER && kind != H5T_ENUM && !bfloat) {
    state_->bad(path, "should hold numbers");
  }
  const size_t count = state_->checked_count(dataset, type, array.shape, path);
  if (count == 0) return array;
  if (const std::optional<Bytes> stored = state_->in_place(dataset, type, count)) {
    array.data = *stored;
    return array;
  }
  const std::shared_ptr<uint8_t> memory = allocate(count * sizeof(float));
  auto* values = reinterpret_cast<float*>(memory.get());
  herr_t status;
  if (bfloat) {
    std::vector<BFloat16> raw(count);
    status = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
    for (size_t i = 0; i < count; ++i) values[i] = bfloat16_to_float(raw[i]);
  } else if (kind == H5T_ENUM) {
    std::vector<int8_t> raw(count);
    if (H5Tget_size(type) != 1) state_->bad(path, "should hold numbers");
    status = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
    for (size_t i = 0; i < count; ++i) values[i] = raw[i];
  } else {
    status = H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  }
  if (status < 0) state_->bad(path, "its data cannot be read");
  array.data = Bytes(memory, memory.get(), count * sizeof(float));
  return array;
}

}  // namespace litewright::hdf5
