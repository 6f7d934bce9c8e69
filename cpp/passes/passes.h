// The rewrites. Each keeps the graph's results and says whether it changed anything.
#pragma once

#include "graph/graph.h"

namespace litewright {

bool fold_constants(Graph& graph);    // op(constants) -> constant
bool remove_identity(Graph& graph);   // RESHAPE to its own shape, identity TRANSPOSE, x * 1, x + 0 ... -> x
bool merge_reshapes(Graph& graph);    // RESHAPE(RESHAPE(x)) -> RESHAPE(x), EXPAND_DIMS and SQUEEZE alike
bool merge_transposes(Graph& graph);  // TRANSPOSE(TRANSPOSE(x)) -> TRANSPOSE(x)
// BATCH_MATMUL(x, TRANSPOSE(y)) -> BATCH_MATMUL(x, y) with adj_y
bool fold_transpose(Graph& graph);
bool sink_transposes(
    Graph& graph);  // element-wise(TRANSPOSE(x)) -> TRANSPOSE(element-wise(x)), so that transposes meet
bool sink_reshapes(Graph& graph);  // per-channel(RESHAPE(linear(x))) -> RESHAPE(per-channel(linear(x)))
bool fold_scale(Graph& graph);     // linear(x) * c -> linear'(x)
bool fold_bias(Graph& graph);      // linear(x) + c -> linear'(x)
bool fold_input(Graph& graph);     // linear(x * c) -> linear'(x); without padding linear(x + c) -> linear'(x)
// BATCH_TO_SPACE(CONV(SPACE_TO_BATCH(x))) -> CONV(PAD(x)) with dilation
bool fold_dilation(Graph& graph);
bool fold_padding(Graph& graph);     // CONV VALID(PAD(x)) -> CONV SAME(x) where the amounts are equal
bool fuse_activation(Graph& graph);  // RELU(producer(x)) -> producer with RELU
bool fuse_prelu(Graph& graph);       // RELU(x) + c * RELU(-x) -> PRELU(x, -c)
bool fuse_hard_swish(Graph& graph);  // x * RELU6(x + 3) / 6 -> HARD_SWISH(x)
// WHILE(the step of an LSTM or a simple recurrent layer) -> UNIDIRECTIONAL_SEQUENCE_LSTM or _RNN
bool fuse_recurrence(Graph& graph);
bool merge_equal_constants(Graph& graph);  // two constants with the same bytes -> one
bool merge_equal_operators(Graph& graph);  // two operators with the same operands -> one

// Replaces one operator by its results if all its operands are constant and that makes the graph no larger.
bool fold_operator(Subgraph& subgraph, int index);

// Runs all of them in their order until nothing changes, checks the graph after each, and removes what is not
// used any more.
void optimize(Graph& graph);

}  // namespace litewright
