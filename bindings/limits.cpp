// Limits and the time that work may take.
#include "core/limits.h"

#include <memory>

#include "core/interrupt.h"
#include "module.h"

namespace litewright::python {
namespace {

// A context manager; native work within it, in the same thread, ends when the time is over.
class TimeLimit {
 public:
  TimeLimit(double seconds, std::string what) : seconds_(seconds), what_(std::move(what)) {}
  void enter() { scope_ = std::make_unique<InterruptScope>(deadline(seconds_, what_.c_str())); }
  void exit(const py::args&) { scope_.reset(); }

 private:
  double seconds_;
  std::string what_;
  std::unique_ptr<InterruptScope> scope_;
};

}  // namespace

void bind_limits(py::module_& module) {
  py::class_<Limits>(module, "Limits")
      .def(py::init([](size_t memory, int rank, int64_t elements, int subgraph_depth, int64_t loop_iterations) {
             return Limits{memory, rank, elements, subgraph_depth, loop_iterations};
           }),
           py::kw_only(), py::arg("memory"), py::arg("rank"), py::arg("elements"), py::arg("subgraph_depth"),
           py::arg("loop_iterations"));
  py::class_<TimeLimit>(module, "TimeLimit")
      .def(py::init<double, std::string>(), py::arg("seconds"), py::arg("what"))
      .def("__enter__", &TimeLimit::enter)
      .def("__exit__", &TimeLimit::exit)
      .def("check", [](const TimeLimit&) { check_interrupt(); });
}

}  // namespace litewright::python
