// An OpenCL device with its queue and kernels. Failures are std::runtime_error.
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace opencl {

// Throws unless `code` is CL_SUCCESS.
void check(cl_int code, const char* what);

// An OpenCL object that is released with its owner.
template <class T, cl_int (*Release)(T)>
struct Releaser {
  using pointer = T;
  void operator()(T object) const { Release(object); }
};
template <class T, cl_int (*Release)(T)>
using Handle = std::unique_ptr<std::remove_pointer_t<T>, Releaser<T, Release>>;
using Memory = Handle<cl_mem, clReleaseMemObject>;
using Kernel = Handle<cl_kernel, clReleaseKernel>;

class Device {
 public:
  // The first device whose name contains `name`, GPUs before others.
  explicit Device(const std::string& name);

  Memory buffer(size_t bytes, const void* content = nullptr) const;
  Kernel kernel(const char* name) const;
  void write(cl_mem to, const void* from, size_t bytes) const;
  void read(void* to, cl_mem from, size_t bytes) const;  // when all that was started before has ended
  void copy(cl_mem to, cl_mem from, size_t bytes) const;
  void start(cl_kernel kernel, size_t items) const;

 private:
  Handle<cl_context, clReleaseContext> context_;
  Handle<cl_command_queue, clReleaseCommandQueue> queue_;
  Handle<cl_program, clReleaseProgram> program_;
};

}  // namespace opencl
