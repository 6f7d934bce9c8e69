// What stands behind the C interface's handles, and how its functions report errors.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "litewright/litewright.h"
#include "runtime/interpreter.h"
#include "runtime/profile.h"

struct lw_model {
  std::shared_ptr<const litewright::Model> model;
};

struct lw_options {
  litewright::InterpreterOptions options;
  std::function<void(const std::string&)> warn;
  std::vector<const lw_delegate*> delegates;
  // Made by lw_options_add_delegate, so that programs without delegates carry none of their code.
  std::function<std::shared_ptr<const litewright::GraphRewrite>(const litewright::Graph&, const lw_options&)>
      rewrite;
};

struct lw_interpreter {
  lw_interpreter(std::shared_ptr<const litewright::Model> model, litewright::InterpreterOptions options)
      : interpreter(std::move(model), std::move(options)) {}
  litewright::Interpreter interpreter;
  std::unique_ptr<litewright::Profile> profile;
  std::vector<litewright::Profile::Row> rows;  // as lw_profile_num_rows counted them
  std::string trace;
};

namespace litewright::capi {

// Makes `message` the thread's last error.
lw_status report(lw_status status, const std::string& message);
// The status for the exception being handled.
lw_status report_current_exception();
lw_status status_of(ErrorCode code);

// Runs `body`; what it throws becomes the result.
template <class Body>
lw_status guard(const Body& body) {
  try {
    body();
    return LW_OK;
  } catch (...) {
    return report_current_exception();
  }
}

// Copies as much of `full` as the caller's struct has room for.
template <class Struct>
void fill(Struct* out, const Struct& full) {
  const size_t size = out->size < sizeof(Struct) ? out->size : sizeof(Struct);
  std::memcpy(out, &full, size);
  out->size = size;
}

// A struct that the caller filled; members beyond its size are zero.
template <class Struct>
Struct read(const Struct* given, const char* what) {
  Struct full{};
  if (given == nullptr || given->size < sizeof(size_t)) {
    fail(ErrorCode::kInvalidArgument, what, " has no size; set it to sizeof the struct");
  }
  std::memcpy(static_cast<void*>(&full), given, std::min(given->size, sizeof(Struct)));
  return full;
}

}  // namespace litewright::capi
