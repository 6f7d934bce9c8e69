// RFFT2D: the Fourier transform of the last two dimensions, cropped or padded with zeros to fft_length;
// columns up to the middle one.
#include <algorithm>
#include <complex>

#include "ops/fft.h"
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  Shape shape = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || shape.size() < 2)
    c.fail(c.describe_input(0), " should be float32 with two dimensions");
  const std::vector<int64_t> length = c.ints(1);
  if (length.size() != 2) c.fail(c.describe_input(1), " should hold a height and a width");
  for (int64_t n : length) {
    if (n < 1 || (n & (n - 1)) != 0) c.fail("fft_length ", n, " is not a power of two");
  }
  const Shape sizes = checked_shape(c, {length[0], length[1] / 2 + 1});
  std::copy(sizes.begin(), sizes.end(), shape.end() - 2);
  c.set_output(0, DType::kComplex64, shape);
}

Kernel prepare(PrepareContext& c) {
  const std::vector<int64_t> length = c.ints(1);
  return [height = length[0], width = length[1]](RunContext& run) -> Status {
    const Shape& shape = run.input_shape(0);
    const int64_t images = elements_between(shape, 0, shape.size() - 2), in_height = shape[shape.size() - 2],
                  in_width = shape.back();
    const int64_t rows = std::min(height, in_height), columns = std::min(width, in_width),
                  half = width / 2 + 1;
    std::vector<std::complex<double>> row(width), column(height);
    for (int64_t image = 0; image < images; ++image) {
      std::vector<std::complex<double>> spectra(height * half);  // of the rows
      for (int64_t y = 0; y < rows; ++y) {
        const float* source = run.in<float>(0) + (image * in_height + y) * in_width;
        std::copy_n(source, columns, row.begin());
        std::fill(row.begin() + columns, row.end(), 0.0);
        fft(row);
        std::copy_n(row.begin(), half, spectra.begin() + y * half);
      }
      std::complex<float>* output = run.out<std::complex<float>>(0) + image * height * half;
      for (int64_t x = 0; x < half; ++x) {
        for (int64_t y = 0; y < height; ++y) column[y] = spectra[y * half + x];
        fft(column);
        for (int64_t y = 0; y < height; ++y) output[y * half + x] = std::complex<float>(column[y]);
      }
    }
    return {};
  };
}

}  // namespace

extern const OpDef kRfft2d;
const OpDef kRfft2d = {.code = BuiltinOp::kRfft2d,
                       .inputs = {{"input"}, {"fft_length"}},
                       .options = &schema_of<Rfft2dOptions>(),
                       .infer = infer,
                       .prepare = prepare,
                       .types = "float32; output complex64"};

}  // namespace litewright
