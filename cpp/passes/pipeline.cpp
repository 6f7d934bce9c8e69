#include "core/error.h"
#include "core/memory.h"
#include "graph/validate.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

struct Pass {
  const char* name;
  bool (*run)(Graph&);
};

// In this order: constants first, so that later passes see them; shapes out of the way of arithmetic;
// arithmetic into the weights; activations last, since nothing folds into an operator behind one.
constexpr Pass kPasses[] = {
    {"fold_constants", fold_constants},
    {"remove_identity", remove_identity},
    {"merge_reshapes", merge_reshapes},
    {"merge_transposes", merge_transposes},
    {"sink_transposes", sink_transposes},
    {"fold_transpose", fold_transpose},
    {"sink_reshapes", sink_reshapes},
    {"fold_scale", fold_scale},
    {"fold_bias", fold_bias},
    {"fold_input", fold_input},
    {"fold_dilation", fold_dilation},
    {"fold_padding", fold_padding},
    {"fuse_recurrence", fuse_recurrence},
    {"fuse_prelu", fuse_prelu},  // before its RELU goes into a producer
    {"fuse_hard_swish", fuse_hard_swish},
    {"fuse_activation", fuse_activation},
    {"merge_equal_constants", merge_equal_constants},
    {"merge_equal_operators", merge_equal_operators},
};
constexpr int kMostRounds = 20;

}  // namespace

void optimize(Graph& graph) {
  validate(graph);
  bool changed = true;
  for (int round = 0; changed && round < kMostRounds; ++round) {
    changed = false;
    for (const Pass& pass : kPasses) {
      with_context([&] { return concat("pass ", pass.name); },
                   [&] {
                     if (!pass.run(graph)) return;
                     changed = true;
                     remove_unused(graph);
                     validate(graph);
                   });
    }
  }
  remove_unused(graph);
  release_free_memory();
}

}  // namespace litewright
