// Fourier transforms and sound.
#include <bit>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/foreign.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

void need_power_of_two(Node& node, int64_t length) {
  if (length < 1 || length > INT32_MAX || !std::has_single_bit(static_cast<uint64_t>(length)))
    node.unsupported(concat("a length of ", length, ": TFLite's transform takes powers of two; pad to one"));
}

// One row each: [..., n] -> [..., 1, n] -> RFFT2D -> [..., length / 2 + 1].
Values lower_rfft(Node& node) {
  const TensorId x = node.input();
  const int64_t length = node.scalar(1, "fft_length");
  need_power_of_two(node, length);
  const int rank = node.rank(x);
  const TensorId size = node.ints({1, static_cast<int32_t>(length)});
  const TensorId y = node.op(BuiltinOp::kRfft2d, {node.expand(x, rank - 1), size}, Rfft2dOptions{});
  return {node.squeeze(y, rank - 1)};
}

Values lower_rfft2d(Node& node) {
  const Axes lengths = node.axes(1, "fft_length");
  for (const int32_t length : lengths) need_power_of_two(node, length);
  return {node.op(BuiltinOp::kRfft2d, {node.input(), node.ints(lengths)}, Rfft2dOptions{})};
}

template <BuiltinOp kCode>
Values lower_part(Node& node) {
  return {node.op(kCode, {node.input()})};
}

int32_t checked(Node& node, const char* name, int64_t otherwise) {
  const int64_t value = node.integer(name, otherwise);
  if (value < 1 || value > 1 << 24) node.damaged(concat("the attribute '", name, "' is ", value));
  return static_cast<int32_t>(value);
}

// [samples, channels] -> [channels, windows, bins]
Values lower_spectrogram(Node& node) {
  const Shape from = node.shape(node.input());
  if (from.size() != 2) node.damaged("its operand should be [samples, channels]");
  const int32_t window = checked(node, "window_size", 0), stride = checked(node, "stride", 0);
  const int32_t windows = from[0] < 0 ? -1 : from[0] < window ? 0 : 1 + (from[0] - window) / stride;
  const auto bins = static_cast<int32_t>(std::bit_ceil(static_cast<uint32_t>(window)) / 2 + 1);
  return custom_operator(node, {{DType::kFloat32, Shape{from[1], windows, bins}}});
}

Values lower_mfcc(Node& node) {
  const Shape from = node.shape(node.input());
  if (from.size() != 3) node.damaged("its operand should be [channels, windows, bins]");
  const int32_t coefficients = checked(node, "dct_coefficient_count", 13);
  return custom_operator(node, {{DType::kFloat32, Shape{from[0], from[1], coefficients}}});
}

constexpr const char* kComplex =
    "complex numbers have few builtins: only tf.signal.rfft, rfft2d and stft, then abs, real or imag";

}  // namespace

Rows spectral_rows() {
  static const OpRow kRows[] = {
      {"RFFT", lower_rfft},
      {"RFFT2D", lower_rfft2d},
      {"ComplexAbs", lower_part<BuiltinOp::kComplexAbs>},
      {"Real", lower_part<BuiltinOp::kReal>},
      {"Imag", lower_part<BuiltinOp::kImag>},
      {"AudioSpectrogram", lower_spectrogram},
      {"Mfcc", lower_mfcc},
      {"Complex", nullptr, kComplex},
      {"FFT", nullptr, kComplex},
      {"FFT2D", nullptr, kComplex},
      {"IFFT", nullptr, kComplex},
      {"IFFT2D", nullptr, kComplex},
      {"IRFFT", nullptr, kComplex},
      {"IRFFT2D", nullptr, kComplex},
      {"Conj", nullptr, kComplex},
      {"Angle", nullptr, kComplex},
  };
  return kRows;
}

}  // namespace litewright::tf
