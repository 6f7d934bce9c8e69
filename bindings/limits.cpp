// Limits and the time that work may take.
#include "core/limits.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "core/interrupt.h"
#include "module.h"

namespace litewright::python {
namespace {

// A context manager; native work within it, in the same thread, ends when the time is over.
class TimeLimit {
 public:
  TimeLimit(double seconds, std::string what) : seconds_(seconds), what_(std::move(what)) {}
  TimeLimit& enter() {
    end_ = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds_);
    scope_ = std::make_unique<InterruptScope>(deadline(seconds_, what_.c_str()));
    return *this;
  }
  bool over() const { return std::chrono::steady_clock::now() >= end_; }
  void exit(const py::args&) { scope_.reset(); }

 private:
  double seconds_;
  std::string what_;
  std::chrono::time_point<std::chrono::steady_clock, std::chrono::duration<double>> end_;
  std::unique_ptr<InterruptScope> scope_;
};

}  // namespace

void bind_limits(py::module_& module) {
  py::class_<Limits>(module, "Limits")
      .def(py::init(
               [](size_t memory, int rank, int64_t elements, int subgraph_depth, int64_t loop_iterations) {
                 return Limits{memory, rank, elements, subgraph_depth, loop_iterations};
               }),
           py::kw_only(), py::arg("memory"), py::arg("rank"), py::arg("elements"), py::arg("subgraph_depth"),
           py::arg("loop_iterations"));
  py::class_<TimeLimit>(module, "TimeLimit")
      .def(py::init<double, std::string>(), py::arg("seconds"), py::arg("what"))
      .def("__enter__", &TimeLimit::enter, py::return_value_policy::reference)
      .def("__exit__", &TimeLimit::exit)
      .def("over", &TimeLimit::over);
}

}  // namespace litewright::python
