#include "runtime/graph_view.h"

#include "capi/tensors.h"

namespace litewright {

GraphView::GraphView(const Subgraph& subgraph, const std::function<Shape(TensorId)>& shape_of) {
  for (size_t id = 0; id < subgraph.tensors.size(); ++id) {
    const Tensor& tensor = subgraph.tensors[id];
    shapes_.push_back(shape_of ? shape_of(static_cast<TensorId>(id)) : tensor.shape);
    void* data = tensor.is_constant ? const_cast<uint8_t*>(tensor.data.data()) : nullptr;
    tensors_.push_back(tensor_view(tensor, shapes_.back(), data, tensor.data.size()));
    tensor_list_.push_back(&tensors_.back());
  }
  for (const Operator& op : subgraph.operators) {
    Node& to = nodes_.emplace_back();
    to.name = op.display_name();
    add_attributes(op.options, to);
    to.node.size = sizeof to.node;
    to.node.op = to.name.c_str();
    to.node.num_inputs = op.inputs.size();
    to.node.num_outputs = op.outputs.size();
    to.node.inputs = op.inputs.data();
    to.node.outputs = op.outputs.data();
    to.node.num_attributes = to.list.size();
    to.node.attributes = to.list.data();
    to.node.custom_options = op.custom_options.data();
    to.node.custom_options_size = op.custom_options.size();
    node_list_.push_back(&to.node);
  }
  graph_ = {sizeof graph_,           tensor_list_.size(),    tensor_list_.data(),
            node_list_.size(),       node_list_.data(),      subgraph.inputs.size(),
            subgraph.outputs.size(), subgraph.inputs.data(), subgraph.outputs.data()};
}

void GraphView::add_attributes(const Options& options, Node& to) {
  if (!options.has_value()) return;
  for (const OptionField& field : options.schema()->fields) {
    lw_attribute attribute{};
    attribute.size = sizeof attribute;
    attribute.name = field.name.data();  // a literal, so it ends with a zero
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (std::is_same_v<T, std::string>) {
            attribute.kind = LW_ATTR_TEXT;
            attribute.text = texts_.emplace_back(value).c_str();
          } else if constexpr (std::is_same_v<T, double>) {
            attribute.kind = LW_ATTR_FLOAT;
            attribute.number = value;
          } else if constexpr (std::is_integral_v<T>) {
            attribute.kind = LW_ATTR_INT;
            attribute.integer = static_cast<int64_t>(value);
          } else if constexpr (std::is_same_v<T, std::vector<double>>) {
            attribute.kind = LW_ATTR_FLOATS;
            attribute.numbers = numbers_.emplace_back(value).data();
            attribute.count = value.size();
          } else {
            attribute.kind = LW_ATTR_INTS;
            attribute.integers = integers_.emplace_back(value).data();
            attribute.count = value.size();
          }
        },
        get_field(options, field));
    to.attributes.push_back(attribute);
    to.list.push_back(&to.attributes.back());
  }
}

}  // namespace litewright
