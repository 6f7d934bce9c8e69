// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "core/error.h"
#include "core/interrupt.h"

namespace litewright::fuzz {

// Calls `body` and takes what a caller has to expect: Error, and std::bad_alloc. Everything else is a
// finding.
template <class Body>
void expect_errors(const Body& body) {
  const InterruptScope limit(deadline(5, "a case"));
  try {
    body();
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  }
}

// Loads, allocates and runs a model, then once more with another input shape that `choice` picks.
void run_model(const uint8_t* data, size_t size, unsigned choice);

// A file with this content, alive as long as the object.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const uint8_t* data, size_t size);
  ~TemporaryFile();
  const std::string& path() const { return path_; }

 private:
  std::string folder_, path_;
};

}  // namespace litewright::fuzz
