#include "tflite/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"

namespace litewright {
namespace {

bool write_all(int file, const Bytes& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

// A new file beside `path`; its name goes to `name`.
int create_temporary(const std::string& path, std::string& name) {
  static std::atomic<int> count{0};
  int file = -1;
  do {
    name = concat(path, ".", getpid(), ".", count++, ".tmp");
    file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file < 0 && errno == EEXIST);
  return file;
}

}  // namespace

void write_file(const std::string& path, const std::vector<Bytes>& pieces) {
  const auto fail_with_errno = [&] {
    fail(ErrorCode::kIo, "cannot write '", path, "': ", std::strerror(errno));
  };
  std::string temporary;
  const int file = create_temporary(path, temporary);
  if (file < 0) fail_with_errno();
  bool ok = true;
  for (const Bytes& piece : pieces) ok = ok && write_all(file, piece);
  int error = errno;
  if (close(file) != 0 && ok) {
    ok = false;
    error = errno;
  }
  if (ok && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  if (ok) error = errno;
  unlink(temporary.c_str());
  errno = error;
  fail_with_errno();
}

}  // namespace litewright
