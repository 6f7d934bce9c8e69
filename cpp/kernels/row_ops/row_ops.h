// What is done to rows of values around the integer products: requantization, row quantization, maxima,
// copies.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// To 8 bits: clamp(round_half_even(x * scale[j]) + zero, lo, hi).
struct Requantization {
  const float* scale;
  int32_t zero, lo, hi;
};

// 64-bit sums of 16-bit activations: clamp((x * multiplier[j] + 2^(shift[j] - 1)) >> shift[j], lo, hi), where
// what is clamped has 32 bits.
struct WideRequantization {
  const int64_t* bias;  // added to x before; may be null
  const int64_t *multiplier, *shift;
  int32_t lo, hi;
};

// To float. Row i has the scale row_scale[i * row_step] and the zero point zero[i * row_step]: row_step is 0
// or 1.
struct Dequantization {
  const int32_t* sums;
  const float* scale;
  const float* bias;
  const float* row_scale;
  const int32_t* zero;
  int64_t row_step;
  float lo, hi;
};

// Floats to int8.
struct RowQuantization {
  float inverse_scale;
  int32_t zero, lowest;
};

// Runs of elements: where each begins and how long it is.
struct GatherRuns {
  const int64_t* offsets;
  const int64_t* lengths;
  int64_t count;
};

struct RowOps {
  const char* name;
  Isa isa;

  // Of `rows` rows of n values; strides count elements.
  void (*requantize_s8)(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                        int8_t* out, int64_t out_stride);
  void (*requantize_u8)(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                        uint8_t* out, int64_t out_stride);
  // out[j] = clamp((x[j] - zero * sums[j]) * (row_scale * scale[j]) + bias[j], lo, hi)
  void (*dequantize)(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Dequantization& to,
                     float* out, int64_t out_stride);
  void (*requantize_s16)(int64_t rows, int64_t n, const int64_t* x, int64_t x_stride,
                         const WideRequantization& to, int16_t* out, int64_t out_stride);
  // int16 values as bytes: x = 256 * high + low + 128. And back, for sums of products with weights of which
  // weight_sums[j] is the sum: out = 256 * high + low + 128 * weight_sums[j], rows one after the other.
  void (*split_s16)(int64_t n, const int16_t* x, int8_t* high, int8_t* low);
  void (*join_sums)(int64_t rows, int64_t n, const int32_t* high, const int32_t* low,
                    const int32_t* weight_sums, int64_t* out);
  // Widens [*min, *max] to hold all values.
  void (*min_max)(int64_t n, const float* x, float* min, float* max);
  // out[j] = clamp(round_half_away(zero + x[j] * inverse_scale), lowest, 127) ^ flip, for products that fit
  // an int32; others, and NaN, give anything.
  void (*quantize_s8)(int64_t n, const float* x, const RowQuantization& to, uint8_t flip, int8_t* out);
  // best[j] = max(best[j], x[j])
  void (*max_f32)(int64_t n, const float* x, float* best);
  void (*max_s8)(int64_t n, const int8_t* x, int8_t* best);
  void (*max_u8)(int64_t n, const uint8_t* x, uint8_t* best);
  void (*max_s16)(int64_t n, const int16_t* x, int16_t* best);
  // sum[j] += x[j]
  void (*add_f32)(int64_t n, const float* x, float* sum);
  void (*add_s8)(int64_t n, const int8_t* x, int32_t* sum);
  void (*add_u8)(int64_t n, const uint8_t* x, int32_t* sum);
  void (*add_s32)(int64_t n, const int32_t* x, int64_t* sum);
  // out[j] = clamp(round_half_away(sum[j] / count), lo, hi), for sums of up to 2^16 8-bit values.
  void (*average_s8)(int64_t n, const int32_t* sum, int32_t count, int32_t lo, int32_t hi, int8_t* out);
  void (*average_u8)(int64_t n, const int32_t* sum, int32_t count, int32_t lo, int32_t hi, uint8_t* out);
  void (*clamp_f32)(int64_t n, float lo, float hi, float* x);
  // int8 values as the rows that integer products take: out[j] = x[j] + 128, or x[j].
  void (*s8_to_u8)(int64_t n, const int8_t* x, uint8_t* out);
  void (*s8_to_s16)(int64_t n, const int8_t* x, int16_t* out);
  // Row i of the result is the runs of `from + i * step`, one after the other; rows begin row_size elements
  // apart. Up to 64 bytes after a run may be overwritten, so the last row needs that room. gather_u8 flips
  // bits.
  void (*gather_u8)(int64_t rows, const uint8_t* from, int64_t step, const GatherRuns& runs, uint8_t flip,
                    uint8_t* out, int64_t row_size);
  void (*gather_f32)(int64_t rows, const float* from, int64_t step, const GatherRuns& runs, float* out,
                     int64_t row_size);
  // uint8 values less 128.
  void (*u8_to_s16)(int64_t n, const uint8_t* x, int16_t* out);
  // out[j] = table[x[j]], of 256 entries.
  void (*look_up)(int64_t n, const uint8_t* x, const uint8_t* table, uint8_t* out);
};

KernelTable<RowOps> row_ops_variants();

}  // namespace litewright
