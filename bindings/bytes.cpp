#include "bytes.h"

#include <memory>
#include <utility>

namespace litewright::python {

Bytes share_bytes(const pybind11::bytes& content) {
  char* data = nullptr;
  pybind11::ssize_t size = 0;
  if (PyBytes_AsStringAndSize(content.ptr(), &data, &size) != 0) throw pybind11::error_already_set();
  PyObject* object = content.inc_ref().ptr();
  std::shared_ptr<const void> owner(object, [](PyObject* held) {
    pybind11::gil_scoped_acquire gil;
    Py_DECREF(held);
  });
  return Bytes(std::move(owner), reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size));
}

pybind11::str text(const std::string& bytes) {
  const auto size = static_cast<pybind11::ssize_t>(bytes.size());
  return pybind11::reinterpret_steal<pybind11::str>(
      PyUnicode_DecodeUTF8(bytes.data(), size, "backslashreplace"));
}

}  // namespace litewright::python
