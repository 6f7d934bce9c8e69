#include "nodes.h"

#include <algorithm>
#include <iterator>

namespace opencl {
namespace {

bool is_float(const lw_tensor* tensor) { return tensor != nullptr && tensor->type == LW_FLOAT32; }
bool is_constant_float(const lw_tensor* tensor) {
  return is_float(tensor) && tensor->is_constant && tensor->data != nullptr;
}

bool clamps(const Node& node) {
  float lo, hi;
  return activation_range(node.option("fused_activation_function"), lo, hi);
}

// Weights of a rank, and a constant bias or none.
bool has_weights(const Node& node, int rank) {
  const lw_tensor* bias = node.input(2);
  return is_float(node.input(0)) && is_constant_float(node.input(1)) && node.input(1)->rank == rank &&
         (bias == nullptr || is_constant_float(bias)) && is_float(node.output()) && clamps(node);
}

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

}  // namespace

bool can_run(const Node& node) {
  const lw_tensor *in = node.input(0), *out = node.output();
  if (!is_float(in) || !is_float(out)) return false;
  if (node.op() == "CONV_2D") return has_weights(node, 4) && in->rank == 4;
  if (node.op() == "DEPTHWISE_CONV_2D") return has_weights(node, 4) && in->rank == 4;
  if (node.op() == "FULLY_CONNECTED") return has_weights(node, 2) && node.option("weights_format") == 0;
  if (is_one_of(node.op(), {"AVERAGE_POOL_2D", "MAX_POOL_2D"})) return in->rank == 4 && clamps(node);
  if (is_one_of(node.op(), {"ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM"})) {
    return is_float(node.input(1)) && std::max({in->rank, node.input(1)->rank, out->rank}) <= 4 &&
           clamps(node);
  }
  return is_one_of(node.op(), {"RELU", "RELU6", "RELU_N1_TO_1", "LOGISTIC", "TANH", "HARD_SWISH", "ABS",
                               "NEG", "SQUARE", "RESHAPE"});
}

}  // namespace opencl
