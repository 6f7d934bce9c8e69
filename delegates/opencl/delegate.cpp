// The library's entry point. Options: `device`, part of a device's name; `fail_after`, a test hook: how many
// partition runs go well before all fail.
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "partition.h"

namespace opencl {
namespace {

struct Delegate {
  lw_delegate c{};
  std::unique_ptr<Device> device;
  long runs_left = -1;  // negative: no end
};

Delegate& self(void* context) { return *static_cast<Delegate*>(context); }

// Runs `body`; what it throws is left in `error`.
template <class Body>
lw_status guard(lw_error* error, const Body& body) {
  try {
    body();
    return LW_OK;
  } catch (const std::exception& failure) {
    std::strncpy(error->message, failure.what(), sizeof error->message - 1);
  } catch (...) {
    std::strncpy(error->message, "an unknown failure", sizeof error->message - 1);
  }
  return LW_UNSUPPORTED;
}

lw_status claim(void*, const lw_graph* graph, uint8_t* claimed) {
  for (size_t i = 0; i < graph->num_nodes; ++i) claimed[i] = can_run(Node(*graph, *graph->nodes[i]));
  return LW_OK;
}

lw_status compile(void* context, const lw_graph* graph, void** compiled, lw_error* error) {
  return guard(error, [&] { *compiled = new Partition(*self(context).device, *graph); });
}

lw_status run(void* context, void* compiled, const void* const* inputs, void* const* outputs,
              lw_error* error) {
  return guard(error, [&] {
    Delegate& delegate = self(context);
    if (delegate.runs_left == 0) throw std::runtime_error("the device is lost (fail_after)");
    if (delegate.runs_left > 0) --delegate.runs_left;
    static_cast<Partition*>(compiled)->run(inputs, outputs);
  });
}

void release(void*, void* compiled) { delete static_cast<Partition*>(compiled); }
void destroy(lw_delegate* delegate) { delete static_cast<Delegate*>(delegate->context); }

}  // namespace
}  // namespace opencl

extern "C" LW_API lw_status litewright_create_delegate(const char* const* keys, const char* const* values,
                                                       size_t num_options, lw_delegate** delegate,
                                                       lw_error* error) {
  return opencl::guard(error, [&] {
    auto made = std::make_unique<opencl::Delegate>();
    std::string device;
    for (size_t i = 0; i < num_options; ++i) {
      const std::string key = keys[i];
      if (key == "device") {
        device = values[i];
      } else if (key == "fail_after") {
        made->runs_left = std::strtol(values[i], nullptr, 10);
      } else {
        throw std::runtime_error("unknown option '" + key + "'; there are device and fail_after");
      }
    }
    made->device = std::make_unique<opencl::Device>(device);
    made->c = {sizeof made->c,  "OpenCL",    made.get(),      opencl::claim,
               opencl::compile, opencl::run, opencl::release, opencl::destroy};
    *delegate = &made.release()->c;
  });
}
