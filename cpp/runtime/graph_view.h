// A subgraph as delegates see it: plain C structs.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "litewright/litewright.h"

namespace litewright {

class GraphView {
 public:
  // Shapes are those of the graph, or what `shape_of` says. `subgraph` must outlive the view.
  explicit GraphView(const Subgraph& subgraph, const std::function<Shape(TensorId)>& shape_of = nullptr);
  GraphView(const GraphView&) = delete;
  GraphView& operator=(const GraphView&) = delete;

  const lw_graph* get() const { return &graph_; }

 private:
  struct Node {
    lw_node node{};
    std::string name;
    std::deque<lw_attribute> attributes;
    std::vector<const lw_attribute*> list;
  };
  void add_attributes(const Options& options, Node& to);

  std::deque<Shape> shapes_;
  std::deque<lw_tensor> tensors_;
  std::deque<Node> nodes_;
  std::deque<std::string> texts_;
  std::deque<std::vector<int64_t>> integers_;
  std::deque<std::vector<double>> numbers_;
  std::vector<const lw_tensor*> tensor_list_;
  std::vector<const lw_node*> node_list_;
  lw_graph graph_{};
};

}  // namespace litewright
