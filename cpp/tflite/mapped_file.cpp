#include "tflite/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace litewright {

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
  std::shared_ptr<const void> owner(memory,
                                    [size](const void* mapped) { munmap(const_cast<void*>(mapped), size); });
  return Bytes(std::move(owner), static_cast<const uint8_t*>(memory), size);
}

void release_pages(const Bytes& mapped) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(mapped.data()) / page * page;
  const auto end = reinterpret_cast<uintptr_t>(mapped.data()) + mapped.size();
  if (!mapped.empty()) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace litewright
