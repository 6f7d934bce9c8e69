#include "partition.h"

#include <algorithm>
#include <array>

namespace opencl {
namespace {

// One side of a window that slides over an input: how far it starts before the input.
int padding_before(bool same, int in, int out, int stride, int dilation, int filter) {
  return same ? std::max((out - 1) * stride + (filter - 1) * dilation + 1 - in, 0) / 2 : 0;
}

struct Window {
  int in_h, in_w, in_c, out_h, out_w, out_c, stride_h, stride_w, dilation_h, dilation_w, pad_h, pad_w;
};

Window window_of(const Node& node, int filter_h, int filter_w) {
  const int32_t *in = node.input(0)->dims, *out = node.output()->dims;
  Window w{in[1], in[2], in[3], out[1], out[2], out[3], node.option("stride_h"), node.option("stride_w"),
           1,     1,     0,     0};
  w.dilation_h = std::max(node.option("dilation_h_factor"), 1);
  w.dilation_w = std::max(node.option("dilation_w_factor"), 1);
  const bool same = node.option("padding") == 0;
  w.pad_h = padding_before(same, w.in_h, w.out_h, w.stride_h, w.dilation_h, filter_h);
  w.pad_w = padding_before(same, w.in_w, w.out_w, w.stride_w, w.dilation_w, filter_w);
  return w;
}

std::pair<float, float> range_of(int activation) {
  std::pair<float, float> range;
  if (!activation_range(activation, range.first, range.second))
    throw std::runtime_error("an unknown activation");
  return range;
}
std::pair<float, float> range_of(const Node& node) {
  return range_of(node.option("fused_activation_function"));
}

// Four extents, missing ones in front 1.
std::array<cl_int, 4> four(const lw_tensor& tensor) {
  std::array<cl_int, 4> dims{1, 1, 1, 1};
  std::copy(tensor.dims, tensor.dims + tensor.rank, dims.end() - tensor.rank);
  return dims;
}

cl_int4 strides(const lw_tensor& tensor) {
  const std::array<cl_int, 4> dims = four(tensor);
  cl_int4 result{};
  int stride = 1;
  for (int i = 3; i >= 0; --i) {
    result.s[i] = dims[static_cast<size_t>(i)] == 1 ? 0 : stride;
    stride *= dims[static_cast<size_t>(i)];
  }
  return result;
}

}  // namespace

Partition::Partition(const Device& device, const lw_graph& graph) : device_(&device) {
  for (size_t i = 0; i < graph.num_tensors; ++i) {
    const lw_tensor& tensor = *graph.tensors[i];
    const bool computed = tensor.type == LW_FLOAT32;  // others are the shapes that RESHAPE is given
    memory_.push_back(computed ? device.buffer(elements(tensor) * sizeof(float), tensor.data) : Memory());
  }
  for (size_t i = 0; i < graph.num_nodes; ++i) add(Node(graph, *graph.nodes[i]));
  const auto list = [&](const int32_t* ids, size_t count) {
    std::vector<std::pair<cl_mem, size_t>> result;
    for (size_t i = 0; i < count; ++i)
      result.emplace_back(memory(ids[i]), elements(*graph.tensors[ids[i]]) * sizeof(float));
    return result;
  };
  inputs_ = list(graph.inputs, graph.num_inputs);
  outputs_ = list(graph.outputs, graph.num_outputs);
}

void Partition::run(const void* const* inputs, void* const* outputs) const {
  for (size_t i = 0; i < inputs_.size(); ++i) device_->write(inputs_[i].first, inputs[i], inputs_[i].second);
  for (const auto& step : steps_) step();
  for (size_t i = 0; i < outputs_.size(); ++i)
    device_->read(outputs[i], outputs_[i].first, outputs_[i].second);
}

template <class... Arguments>
void Partition::start(const char* name, size_t items, const Arguments&... arguments) {
  kernels_.push_back(device_->kernel(name));
  cl_kernel kernel = kernels_.back().get();
  cl_uint index = 0;
  const auto set = [&](const auto& argument) {
    check(clSetKernelArg(kernel, index++, sizeof argument, &argument), "pass an argument");
  };
  (set(arguments), ...);
  steps_.push_back([this, kernel, items] { device_->start(kernel, items); });
}

cl_mem Partition::keep(const std::vector<float>& values) {
  constants_.push_back(device_->buffer(values.size() * sizeof(float), values.data()));
  return constants_.back().get();
}

cl_mem Partition::bias(const Node& node, int channels) {
  if (node.input(2) != nullptr) return memory(node.input_id(2));
  return keep(std::vector<float>(static_cast<size_t>(channels), 0.0f));
}

cl_mem Partition::first_dimension_last(const lw_tensor& tensor) {
  const auto* from = static_cast<const float*>(tensor.data);
  const size_t rows = static_cast<size_t>(tensor.dims[0]), columns = rows == 0 ? 0 : elements(tensor) / rows;
  std::vector<float> turned(rows * columns);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) turned[c * rows + r] = from[r * columns + c];
  }
  return keep(turned);
}

void Partition::add(const Node& node) {
  constexpr std::pair<const char*, int> kBinary[] = {{"ADD", 0}, {"SUB", 1},     {"MUL", 2},
                                                     {"DIV", 3}, {"MAXIMUM", 4}, {"MINIMUM", 5}};
  struct Unary {
    const char* name;
    int op, activation;
  };
  constexpr Unary kUnary[] = {{"RELU", 0, 1},     {"RELU_N1_TO_1", 0, 2}, {"RELU6", 0, 3},
                              {"LOGISTIC", 1, 0}, {"TANH", 2, 0},         {"HARD_SWISH", 3, 0},
                              {"ABS", 4, 0},      {"NEG", 5, 0},          {"SQUARE", 6, 0}};
  if (node.op() == "CONV_2D") return add_conv(node);
  if (node.op() == "DEPTHWISE_CONV_2D") return add_depthwise(node);
  if (node.op() == "FULLY_CONNECTED") return add_fully_connected(node);
  if (node.op() == "AVERAGE_POOL_2D" || node.op() == "MAX_POOL_2D") return add_pool(node);
  if (node.op() == "RESHAPE") {
    const cl_mem to = memory(node.output_id()), from = memory(node.input_id(0));
    const size_t bytes = elements(*node.output()) * sizeof(float);
    steps_.push_back([this, to, from, bytes] { device_->copy(to, from, bytes); });
    return;
  }
  for (const auto& [name, op] : kBinary) {
    if (node.op() == name) return add_binary(node, op);
  }
  for (const Unary& unary : kUnary) {
    if (node.op() == unary.name) return add_unary(node, unary.op, unary.activation);
  }
  throw std::runtime_error("there is no kernel for " + std::string(node.op()));
}

void Partition::add_conv(const Node& node) {
  const lw_tensor& weights = *node.input(1);
  const int outputs = weights.dims[0], filter_h = weights.dims[1], filter_w = weights.dims[2],
            depth = weights.dims[3];
  const Window w = window_of(node, filter_h, filter_w);
  if (depth == 0 || w.in_c % depth != 0 || outputs % (w.in_c / depth) != 0)
    throw std::runtime_error("groups do not fit");
  const int group_outputs = outputs / (w.in_c / depth);
  const auto [lo, hi] = range_of(node);
  start("conv", elements(*node.output()), memory(node.input_id(0)), first_dimension_last(weights),
        bias(node, outputs), memory(node.output_id()), w.in_h, w.in_w, w.in_c, w.out_h, w.out_w, w.out_c,
        filter_h, filter_w, depth, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w, w.pad_h, w.pad_w,
        group_outputs, lo, hi);
}

void Partition::add_depthwise(const Node& node) {
  const lw_tensor& weights = *node.input(1);
  const int filter_h = weights.dims[1], filter_w = weights.dims[2];
  const Window w = window_of(node, filter_h, filter_w);
  const int multiplier = w.out_c / w.in_c;
  const auto [lo, hi] = range_of(node);
  start("depthwise", elements(*node.output()), memory(node.input_id(0)), memory(node.input_id(1)),
        bias(node, w.out_c), memory(node.output_id()), w.in_h, w.in_w, w.in_c, w.out_h, w.out_w, w.out_c,
        filter_h, filter_w, multiplier, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w, w.pad_h, w.pad_w,
        lo, hi);
}

// A convolution of a 1 x 1 picture for each row.
void Partition::add_fully_connected(const Node& node) {
  const lw_tensor& weights = *node.input(1);
  const int outputs = weights.dims[0], depth = weights.dims[1], one = 1, zero = 0;
  const auto [lo, hi] = range_of(node);
  start("conv", elements(*node.output()), memory(node.input_id(0)), first_dimension_last(weights),
        bias(node, outputs), memory(node.output_id()), one, one, depth, one, one, outputs, one, one, depth,
        one, one, one, one, zero, zero, outputs, lo, hi);
}

void Partition::add_pool(const Node& node) {
  const int filter_h = node.option("filter_height"), filter_w = node.option("filter_width");
  const Window w = window_of(node, filter_h, filter_w);
  const int average = node.op() == "AVERAGE_POOL_2D";
  const auto [lo, hi] = range_of(node);
  start("pool", elements(*node.output()), memory(node.input_id(0)), memory(node.output_id()), w.in_h, w.in_w,
        w.in_c, w.out_h, w.out_w, filter_h, filter_w, w.stride_h, w.stride_w, w.pad_h, w.pad_w, average, lo,
        hi);
}

void Partition::add_binary(const Node& node, int op) {
  const std::array<cl_int, 4> extents = four(*node.output());
  const cl_int4 dims = {{extents[0], extents[1], extents[2], extents[3]}};
  const auto [lo, hi] = range_of(node);
  start("binary", elements(*node.output()), memory(node.input_id(0)), memory(node.input_id(1)),
        memory(node.output_id()), dims, strides(*node.input(0)), strides(*node.input(1)), op, lo, hi);
}

void Partition::add_unary(const Node& node, int op, int activation) {
  const auto [lo, hi] = range_of(activation);
  start("unary", elements(*node.output()), memory(node.input_id(0)), memory(node.output_id()), op, lo, hi);
}

}  // namespace opencl
