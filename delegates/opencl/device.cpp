#include "device.h"

#include <vector>

#include "kernels.h"

namespace opencl {
namespace {

std::string name_of(cl_device_id device) {
  char name[256] = "";
  clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name - 1, name, nullptr);
  return name;
}

cl_device_id find_device(const std::string& name) {
  cl_uint count = 0;
  if (clGetPlatformIDs(0, nullptr, &count) != CL_SUCCESS || count == 0)
    throw std::runtime_error("there is no OpenCL platform");
  std::vector<cl_platform_id> platforms(count);
  check(clGetPlatformIDs(count, platforms.data(), nullptr), "list the platforms");
  for (const cl_device_type type : {cl_device_type{CL_DEVICE_TYPE_GPU}, cl_device_type{CL_DEVICE_TYPE_ALL}}) {
    for (cl_platform_id platform : platforms) {
      if (clGetDeviceIDs(platform, type, 0, nullptr, &count) != CL_SUCCESS || count == 0) continue;
      std::vector<cl_device_id> devices(count);
      check(clGetDeviceIDs(platform, type, count, devices.data(), nullptr), "list the devices");
      for (cl_device_id device : devices) {
        if (name_of(device).find(name) != std::string::npos) return device;
      }
    }
  }
  throw std::runtime_error("there is no OpenCL device" + (name.empty() ? "" : " named '" + name + "'"));
}

}  // namespace

void check(cl_int code, const char* what) {
  if (code != CL_SUCCESS)
    throw std::runtime_error(std::string("OpenCL cannot ") + what + " (" + std::to_string(code) + ")");
}

Device::Device(const std::string& name) {
  const cl_device_id device = find_device(name);
  cl_int code = CL_SUCCESS;
  context_.reset(clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code));
  check(code, "make a context");
  queue_.reset(clCreateCommandQueue(context_.get(), device, 0, &code));
  check(code, "make a queue");
  const char* source = kKernels;
  program_.reset(clCreateProgramWithSource(context_.get(), 1, &source, nullptr, &code));
  check(code, "read the kernels");
  check(clBuildProgram(program_.get(), 1, &device, "", nullptr, nullptr), "compile the kernels");
}

Memory Device::buffer(size_t bytes, const void* content) const {
  cl_int code = CL_SUCCESS;
  const cl_mem_flags flags = CL_MEM_READ_WRITE | (content != nullptr ? CL_MEM_COPY_HOST_PTR : 0);
  Memory memory(
      clCreateBuffer(context_.get(), flags, bytes > 0 ? bytes : 4, const_cast<void*>(content), &code));
  check(code, "allocate memory");
  return memory;
}

Kernel Device::kernel(const char* name) const {
  cl_int code = CL_SUCCESS;
  Kernel kernel(clCreateKernel(program_.get(), name, &code));
  check(code, "find a kernel");
  return kernel;
}

void Device::write(cl_mem to, const void* from, size_t bytes) const {
  if (bytes == 0) return;
  check(clEnqueueWriteBuffer(queue_.get(), to, CL_TRUE, 0, bytes, from, 0, nullptr, nullptr), "write memory");
}

void Device::read(void* to, cl_mem from, size_t bytes) const {
  if (bytes == 0) return;
  check(clEnqueueReadBuffer(queue_.get(), from, CL_TRUE, 0, bytes, to, 0, nullptr, nullptr), "read memory");
}

void Device::copy(cl_mem to, cl_mem from, size_t bytes) const {
  if (bytes == 0) return;
  check(clEnqueueCopyBuffer(queue_.get(), from, to, 0, 0, bytes, 0, nullptr, nullptr), "copy memory");
}

void Device::start(cl_kernel kernel, size_t items) const {
  if (items == 0) return;
  check(clEnqueueNDRangeKernel(queue_.get(), kernel, 1, nullptr, &items, nullptr, 0, nullptr, nullptr),
        "start a kernel");
}

}  // namespace opencl
