// Convolutional LSTMs: an LSTM whose products are convolutions. In one dimension they run as two-dimensional
// ones of height 1.
#include "core/error.h"
#include "importers/keras/recurrent.h"

namespace litewright::keras {
namespace {

class ConvLstmCell : public Cell {
 public:
  // `from`: the input [b, t, spatial.., c], channels last.
  ConvLstmCell(Lowering& layer, int rank, const Shape& from) : rank_(rank), config_(layer.config().json()) {
    const Config& config = layer.config();
    if (!config.has("kernel_size")) config.bad("kernel_size", "given");
    kernel_ = config.sizes("kernel_size", rank, 0);
    strides_ = config.sizes("strides", rank, 1);
    dilation_ = config.sizes("dilation_rate", rank, 1);
    padding_ = config.text("padding", "valid") == "same" ? Padding::kSame : Padding::kValid;
    filters_ = static_cast<int32_t>(config.integer("filters"));
    const int32_t in = from.back();
    weights_ = layer.weight("kernel", kernel_shape(in));
    recurrent_ = layer.weight("recurrent_kernel", kernel_shape(filters_));
    none_ = {{4 * filters_}, own_floats(std::vector<float>(4 * filters_))};
    bias_ = config.flag("use_bias", true) ? layer.weight("bias", {4 * filters_}) : none_;
    for (int i = 0; i < rank; ++i) {
      const auto at = static_cast<size_t>(i);
      const int32_t extent = from[at + 2], taps = (kernel_[at] - 1) * dilation_[at] + 1;
      if (extent < 1) layer.unsupported("its input's extents must be known");
      const int32_t room =
          padding_ == Padding::kSame ? extent + strides_[at] - 1 : extent - taps + strides_[at];
      if (room < strides_[at]) fail(ErrorCode::kInvalidModel, "the kernel is larger than the input");
      state_.push_back(room / strides_[at]);
    }
    state_.push_back(filters_);
  }
  std::vector<Shape> states() const override { return {state_, state_}; }
  // Steps are more of the batch while their inputs are convolved.
  TensorId prepare(Lowering& layer, TensorId x, bool sequence) override {
    if (!sequence) return convolve(layer, x, weights_, bias_, padding_, strides_, dilation_);
    const Shape from = layer.shape(x);
    Shape flat(from.begin() + 1, from.end());
    flat[0] = -1;
    TensorId y = convolve(layer, layer.reshape(x, flat), weights_, bias_, padding_, strides_, dilation_);
    Shape back = layer.shape(y);
    back[0] = from[1];
    if (from[1] < 0) layer.unsupported("the number of time steps must be known");
    back.insert(back.begin(), -1);
    return layer.reshape(y, back);
  }
  Ids step(Lowering& layer, TensorId x, const Ids& states) override {
    const std::vector<int32_t> ones(static_cast<size_t>(rank_), 1);
    const TensorId recur = convolve(layer, states[0], recurrent_, none_, Padding::kSame, ones, ones);
    const Ids gates = layer.split(layer.add(x, recur), 4, rank_ + 1);
    const auto inner = [&](TensorId id) {
      return activate(layer, id, config_.value("recurrent_activation", Json("sigmoid")));
    };
    const auto outer = [&](TensorId id) {
      return activate(layer, id, config_.value("activation", Json("tanh")));
    };
    const TensorId c =
        layer.add(layer.mul(inner(gates[1]), states[1]), layer.mul(inner(gates[0]), outer(gates[2])));
    return {layer.mul(inner(gates[3]), outer(c)), c};
  }

 private:
  Shape kernel_shape(int32_t in) const {
    Shape shape = kernel_;
    shape.push_back(in);
    shape.push_back(4 * filters_);
    return shape;
  }

  TensorId convolve(Lowering& layer, TensorId x, const Weight& weight, const Weight& bias, Padding padding,
                    const std::vector<int32_t>& strides, const std::vector<int32_t>& dilation) const {
    const TensorId offset = layer.constant(bias);
    if (rank_ == 3) {
      Conv3DOptions options;
      options.padding = padding;
      options.stride_d = strides[0];
      options.stride_h = strides[1];
      options.stride_w = strides[2];
      options.dilation_d_factor = dilation[0];
      options.dilation_h_factor = dilation[1];
      options.dilation_w_factor = dilation[2];
      return layer.op(BuiltinOp::kConv3D, {x, layer.constant(weight), offset}, options);
    }
    Conv2DOptions options;
    options.padding = padding;
    options.stride_h = rank_ == 1 ? 1 : strides[0];
    options.stride_w = strides.back();
    options.dilation_h_factor = rank_ == 1 ? 1 : dilation[0];
    options.dilation_w_factor = dilation.back();
    Shape shape = weight.shape;
    if (rank_ == 1) shape.insert(shape.begin(), 1);
    const TensorId filter =
        layer.floats(permuted(weight, shape, {3, 0, 1, 2}), {shape[3], shape[0], shape[1], shape[2]});
    if (rank_ == 1) x = layer.expand(x, 1);
    const TensorId y = layer.op(BuiltinOp::kConv2D, {x, filter, offset}, options);
    return rank_ == 1 ? layer.squeeze(y, 1) : y;
  }

  int rank_;
  Json config_;
  std::vector<int32_t> kernel_, strides_, dilation_;
  Padding padding_;
  int32_t filters_;
  Weight weights_, recurrent_, bias_, none_;
  Shape state_;
};

// [b, t, c, ...] <-> [b, t, ..., c]
TensorId frames_last(Ops& ops, TensorId x, bool needed) {
  if (!needed) return x;
  Axes order = {0, 1};
  for (int i = 3; i < ops.rank(x); ++i) order.push_back(i);
  order.push_back(2);
  return ops.transpose(x, order);
}
TensorId frames_first(Ops& ops, TensorId x, bool needed) {
  if (!needed) return x;
  Axes order = {0, 1, ops.rank(x) - 1};
  for (int i = 2; i + 1 < ops.rank(x); ++i) order.push_back(i);
  return ops.transpose(x, order);
}

Results lower_conv_lstm(Lowering& layer) {
  const RecurrentOptions options = recurrent_options(layer.config());
  const Sequence sequence =
      lower_conv_recurrent(layer, conv_lstm_rank(layer.class_name()), initial_states(layer, 2), options);
  return recurrent_results(layer, sequence, options);
}

}  // namespace

int conv_lstm_rank(const std::string& class_name) {
  if (class_name == "ConvLSTM1D") return 1;
  if (class_name == "ConvLSTM2D") return 2;
  return class_name == "ConvLSTM3D" ? 3 : 0;
}

Sequence lower_conv_recurrent(Lowering& layer, int rank, const Ids& initial,
                              const RecurrentOptions& options) {
  if (layer.rank(layer.input()) != rank + 3)
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 3, " dimensions");
  const bool first = channels_first(layer.config());
  const TensorId x = frames_last(layer, layer.input(), first);
  Lowering part = layer.part(layer.config(), layer.weights().child({"cell"}));
  ConvLstmCell cell(part, rank, layer.shape(x));
  Ids states = initial;
  for (TensorId& id : states) id = to_channels_last(layer, id, first);
  Sequence sequence = run_cell(layer, cell, x, states, layer.mask(), options);
  sequence.output = options.sequences ? frames_first(layer, sequence.output, first)
                                      : to_channels_first(layer, sequence.output, first);
  for (TensorId& id : sequence.states) {
    if (options.state) id = to_channels_first(layer, id, first);
  }
  return sequence;
}

Rows conv_lstm_layers() {
  static const LayerRow kRows[] = {
      {"ConvLSTM1D", lower_conv_lstm, MaskRule::kOwn},
      {"ConvLSTM2D", lower_conv_lstm, MaskRule::kOwn},
      {"ConvLSTM3D", lower_conv_lstm, MaskRule::kOwn},
  };
  return kRows;
}

}  // namespace litewright::keras
