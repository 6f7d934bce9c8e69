// The kernels, in OpenCL C. One work item computes one element of the output; tensors are NHWC.
#pragma once

namespace opencl {

inline constexpr const char* kKernels = R"(
// Weights [filter height, filter width, input depth of a group, output depth].
kernel void conv(global const float* in, global const float* weights, global const float* bias, global float* out,
                 int in_h, int in_w, int in_c, int out_h, int out_w, int out_c, int filter_h, int filter_w, int depth,
                 int stride_h, int stride_w, int dilation_h, int dilation_w, int pad_h, int pad_w, int group_outputs,
                 float lo, float hi) {
  int i = get_global_id(0);
  int oc = i % out_c, ox = i / out_c % out_w, oy = i / out_c / out_w % out_h, n = i / out_c / out_w / out_h;
  int first = oc / group_outputs * depth;
  float sum = bias[oc];
  for (int fy = 0; fy < filter_h; ++fy) {
    int y = oy * stride_h - pad_h + fy * dilation_h;
    if (y < 0 || y >= in_h) continue;
    for (int fx = 0; fx < filter_w; ++fx) {
      int x = ox * stride_w - pad_w + fx * dilation_w;
      if (x < 0 || x >= in_w) continue;
      global const float* from = in + ((n * in_h + y) * in_w + x) * in_c + first;
      global const float* w = weights + (fy * filter_w + fx) * depth * out_c + oc;
      for (int c = 0; c < depth; ++c) sum += from[c] * w[c * out_c];
    }
  }
  out[i] = clamp(sum, lo, hi);
}

// Weights [filter height, filter width, output depth]; `multiplier` outputs per input channel.
kernel void depthwise(global const float* in, global const float* weights, global const float* bias,
                      global float* out, int in_h, int in_w, int in_c, int out_h, int out_w, int out_c, int filter_h,
                      int filter_w, int multiplier, int stride_h, int stride_w, int dilation_h, int dilation_w,
                      int pad_h, int pad_w, float lo, float hi) {
  int i = get_global_id(0);
  int oc = i % out_c, ox = i / out_c % out_w, oy = i / out_c / out_w % out_h, n = i / out_c / out_w / out_h;
  float sum = bias[oc];
  for (int fy = 0; fy < filter_h; ++fy) {
    int y = oy * stride_h - pad_h + fy * dilation_h;
    if (y < 0 || y >= in_h) continue;
    for (int fx = 0; fx < filter_w; ++fx) {
      int x = ox * stride_w - pad_w + fx * dilation_w;
      if (x < 0 || x >= in_w) continue;
      sum += in[((n * in_h + y) * in_w + x) * in_c + oc / multiplier] * weights[(fy * filter_w + fx) * out_c + oc];
    }
  }
  out[i] = clamp(sum, lo, hi);
}

// The mean (`average` != 0) or the largest of a window, whose parts outside of the input do not count.
kernel void pool(global const float* in, global float* out, int in_h, int in_w, int depth, int out_h, int out_w,
                 int filter_h, int filter_w, int stride_h, int stride_w, int pad_h, int pad_w, int average, float lo,
                 float hi) {
  int i = get_global_id(0);
  int c = i % depth, ox = i / depth % out_w, oy = i / depth / out_w % out_h, n = i / depth / out_w / out_h;
  int top = oy * stride_h - pad_h, left = ox * stride_w - pad_w;
  float sum = 0, most = -INFINITY;
  int count = 0;
  for (int y = max(top, 0); y < min(top + filter_h, in_h); ++y) {
    for (int x = max(left, 0); x < min(left + filter_w, in_w); ++x) {
      float value = in[((n * in_h + y) * in_w + x) * depth + c];
      sum += value;
      most = fmax(most, value);
      ++count;
    }
  }
  out[i] = clamp(average ? sum / count : most, lo, hi);
}

// Broadcasting: operands have a stride of 0 where their extent is 1. `op`: 0 add, 1 sub, 2 mul, 3 div, 4 max, 5 min.
kernel void binary(global const float* a, global const float* b, global float* out, int4 dims, int4 a_stride,
                   int4 b_stride, int op, float lo, float hi) {
  int i = get_global_id(0);
  int4 at = (int4)(i / dims.w / dims.z / dims.y, i / dims.w / dims.z % dims.y, i / dims.w % dims.z, i % dims.w);
  int4 ai = at * a_stride, bi = at * b_stride;
  float x = a[ai.x + ai.y + ai.z + ai.w], y = b[bi.x + bi.y + bi.z + bi.w];
  float z = op == 0 ? x + y : op == 1 ? x - y : op == 2 ? x * y : op == 3 ? x / y : op == 4 ? fmax(x, y) : fmin(x, y);
  out[i] = clamp(z, lo, hi);
}

// `op`: 0 clamp only, 1 logistic, 2 tanh, 3 hard swish, 4 absolute value, 5 negation, 6 square.
kernel void unary(global const float* in, global float* out, int op, float lo, float hi) {
  int i = get_global_id(0);
  float x = in[i];
  float y = op == 1 ? 1 / (1 + exp(-x)) : op == 2 ? tanh(x) : op == 3 ? x * clamp(x + 3, 0.0f, 6.0f) / 6
          : op == 4 ? fabs(x) : op == 5 ? -x : op == 6 ? x * x : x;
  out[i] = clamp(y, lo, hi);
}
)";

}  // namespace opencl
