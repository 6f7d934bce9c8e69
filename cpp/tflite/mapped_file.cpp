#include "tflite/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "core/error.h"

namespace litewright {
namespace {

// The mappings that there are now: where each begins and its size.
struct Mappings {
  std::mutex mutex;
  std::map<const uint8_t*, size_t> sizes;
};
Mappings& mappings() {
  static Mappings* const all = new Mappings;  // models may outlive static objects
  return *all;
}

}  // namespace

Bytes map_file(const std::string& path) {
  const auto fail_with = [&](const char* reason) {
    fail(ErrorCode::kInvalidArgument, "Could not open '", path,
         "'.The model allocation is null/empty: ", reason);
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_with(std::strerror(errno));
  struct stat status {};
  const bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = static_cast<size_t>(status.st_size);
  void* memory = regular && size > 0 ? mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  const int error = errno;
  close(file);
  if (!regular) fail_with("it is not a file");
  if (size == 0) fail_with("it is empty");
  if (memory == MAP_FAILED) fail_with(std::strerror(error));
  const auto* begin = static_cast<const uint8_t*>(memory);
  {
    std::lock_guard lock(mappings().mutex);
    mappings().sizes[begin] = size;
  }
  std::shared_ptr<const void> owner(memory, [begin, size](const void* mapped) {
    std::lock_guard lock(mappings().mutex);
    mappings().sizes.erase(begin);
    munmap(const_cast<void*>(mapped), size);
  });
  return Bytes(std::move(owner), begin, size);
}

void release_mapped(const uint8_t* data, size_t size) {
  static const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
  const auto last = (reinterpret_cast<uintptr_t>(data) + size) / page * page;
  if (first >= last) return;
  std::lock_guard lock(mappings().mutex);
  auto mapping = mappings().sizes.upper_bound(data);
  if (mapping == mappings().sizes.begin()) return;
  --mapping;
  if (data + size > mapping->first + mapping->second) return;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace litewright
