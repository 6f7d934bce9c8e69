// BATCH_MATMUL(x, TRANSPOSE(y)) that exchanges the last two dimensions -> BATCH_MATMUL(x, y) with adj_y
#include <numeric>
#include <utility>

#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

bool exchanges_last_two(const Subgraph& subgraph, const Operator& op) {
  const auto order = int_values(subgraph.tensors[op.inputs[1]]);
  if (!order || order->size() < 2) return false;
  std::vector<int64_t> wanted(order->size());
  std::iota(wanted.begin(), wanted.end(), 0);
  std::swap(wanted[wanted.size() - 1], wanted[wanted.size() - 2]);
  return *order == wanted;
}

bool fold(Subgraph& subgraph, int index) {
  Operator& product = subgraph.operators[index];
  if (product.code != BuiltinOp::kBatchMatmul) return false;
  const int producer = Uses(subgraph).producer(product.inputs[1]);
  if (producer < 0 || subgraph.operators[producer].code != BuiltinOp::kTranspose ||
      !exchanges_last_two(subgraph, subgraph.operators[producer]))
    return false;
  auto options = product.options.get<BatchMatMulOptions>();
  options.adj_y = !options.adj_y;
  product.options = options;
  product.inputs[1] = subgraph.operators[producer].inputs[0];
  return true;
}

}  // namespace

bool fold_transpose(Graph& graph) { return rewrite_operators(graph, fold); }

}  // namespace litewright
