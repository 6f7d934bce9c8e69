"""Convolutions, images, spectra, quantization, random numbers, text."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow_case_tools import case, floats, ints, positive, texts

raw = tf.raw_ops
BATCH = {(0, 0)}
IMAGE = (2, 7, 8, 3)


def kernel(*shape: int) -> tf.Tensor:
    """Constant weights."""
    return tf.constant(floats(*shape))


case("Conv2D.same", lambda x: tf.nn.conv2d(x, kernel(3, 3, 3, 4), 1, "SAME"), floats(*IMAGE), dynamic=BATCH)
case(
    "Conv2D.strides",
    lambda x: tf.nn.conv2d(x, kernel(3, 3, 3, 4), [1, 2, 2, 1], "VALID"),
    floats(*IMAGE),
    dynamic=BATCH,
)
case(
    "Conv2D.dilations", lambda x: tf.nn.conv2d(x, kernel(3, 3, 3, 4), 1, "SAME", dilations=2), floats(*IMAGE)
)
case(
    "Conv2D.explicit",
    lambda x: tf.nn.conv2d(x, kernel(3, 3, 3, 4), 1, [[0, 0], [1, 2], [2, 0], [0, 0]]),
    floats(*IMAGE),
)
case("Conv2D.groups", lambda x: tf.nn.conv2d(x, kernel(3, 3, 2, 4), 1, "SAME"), floats(2, 5, 5, 4))
case(
    "Conv2D.unknown_size",
    lambda x: tf.nn.conv2d(x, kernel(3, 3, 3, 4), 2, "SAME"),
    floats(*IMAGE),
    dynamic={(0, 0), (0, 1), (0, 2)},
)
case(
    "Conv2D.filter_at_run_time",
    lambda x, k: tf.nn.conv2d(x, k, 1, "SAME"),
    floats(*IMAGE),
    floats(3, 3, 3, 4),
)
case("Conv1D", lambda x: tf.nn.conv1d(x, kernel(3, 4, 5), 1, "SAME"), floats(2, 8, 4), dynamic=BATCH)
case(
    "DepthwiseConv2dNative",
    lambda x: tf.nn.depthwise_conv2d(x, kernel(3, 3, 3, 2), [1, 1, 1, 1], "SAME"),
    floats(*IMAGE),
    dynamic=BATCH,
)
case(
    "DepthwiseConv2dNative.dilations",
    lambda x: tf.nn.depthwise_conv2d(x, kernel(3, 3, 3, 1), [1, 1, 1, 1], "SAME", dilations=[2, 2]),
    floats(*IMAGE),
)
case(
    "separable_conv2d",
    lambda x: tf.nn.separable_conv2d(x, kernel(3, 3, 3, 2), kernel(1, 1, 6, 4), [1, 1, 1, 1], "SAME"),
    floats(*IMAGE),
)
case("atrous_conv2d", lambda x: tf.nn.atrous_conv2d(x, kernel(3, 3, 3, 4), 2, "SAME"), floats(*IMAGE))
case(
    "Conv2DBackpropInput",
    lambda x: tf.nn.conv2d_transpose(x, kernel(3, 3, 4, 3), [2, 14, 16, 4], 2, "SAME"),
    floats(*IMAGE),
)
case(
    "Conv2DBackpropInput.batch",
    lambda x: tf.nn.conv2d_transpose(x, kernel(3, 3, 4, 3), [tf.shape(x)[0], 15, 17, 4], 2, "VALID"),
    floats(*IMAGE),
    dynamic=BATCH,
)
case(
    "Conv3D", lambda x: tf.nn.conv3d(x, kernel(2, 3, 3, 2, 4), [1, 1, 1, 1, 1], "SAME"), floats(1, 4, 5, 6, 2)
)
case(
    "Conv3DBackpropInputV2",
    lambda x: tf.nn.conv3d_transpose(x, kernel(2, 2, 2, 3, 2), [1, 8, 10, 12, 3], 2, "SAME"),
    floats(1, 4, 5, 6, 2),
)
case("MaxPool", lambda x: tf.nn.max_pool2d(x, 2, 2, "SAME"), floats(*IMAGE), dynamic=BATCH)
case(
    "MaxPoolV2",
    lambda x: raw.MaxPoolV2(input=x, ksize=[1, 3, 3, 1], strides=[1, 1, 1, 1], padding="VALID"),
    floats(*IMAGE),
)
case(
    "MaxPool.explicit", lambda x: tf.nn.max_pool2d(x, 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]]), floats(*IMAGE)
)
case("AvgPool", lambda x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), floats(*IMAGE), dynamic=BATCH)
case("AvgPool.valid", lambda x: tf.nn.avg_pool2d(x, [2, 3], 1, "VALID"), floats(*IMAGE))
case("MaxPool3D", lambda x: tf.nn.max_pool3d(x, 2, 2, "SAME"), floats(1, 4, 5, 6, 2))
case("MaxPool3D.valid", lambda x: tf.nn.max_pool3d(x, [2, 3, 2], [1, 2, 2], "VALID"), floats(1, 4, 5, 6, 2))
case("AvgPool3D", lambda x: tf.nn.avg_pool3d(x, 2, 2, "VALID"), floats(1, 4, 5, 6, 2))
case("AvgPool3D.same", lambda x: tf.nn.avg_pool3d(x, 2, 2, "SAME"), floats(1, 4, 5, 6, 2))
case("MaxPoolWithArgmax", lambda x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME"), floats(*IMAGE))
case(
    "Dilation2D",
    lambda x: raw.Dilation2D(
        input=x, filter=kernel(2, 2, 3), strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    floats(*IMAGE),
)
case("BiasAdd", lambda x: tf.nn.bias_add(x, kernel(3)), floats(*IMAGE), dynamic=BATCH)
case("BiasAdd.NCHW", lambda x: tf.nn.bias_add(x, kernel(3), "NCHW"), floats(2, 3, 4, 5))
case("BiasAddV1", lambda x: raw.BiasAddV1(value=x, bias=kernel(3)), floats(2, 3))
NORM = {"scale": positive(3), "offset": floats(3), "mean": floats(3), "variance": positive(3)}
for version in ("", "V2", "V3"):
    op = getattr(raw, f"FusedBatchNorm{version}")
    case(
        f"FusedBatchNorm{version}",
        lambda x, op=op: op(x=x, **NORM, is_training=False)[0],
        floats(*IMAGE),
        dynamic=BATCH,
    )
case(
    "batch_normalization",
    lambda x: tf.nn.batch_normalization(
        x, NORM["mean"], NORM["variance"], NORM["offset"], NORM["scale"], 1e-3
    ),
    floats(*IMAGE),
)
case("LRN", lambda x: tf.nn.local_response_normalization(x, 2, 1.5, 0.3, 0.7), floats(*IMAGE[:-1], 6))

for method in ("Bilinear", "NearestNeighbor"):
    op = getattr(raw, f"Resize{method}")
    for align, half in ((False, False), (True, False), (False, True)):
        name = (
            f"Resize{method}" + (".align_corners" if align else "") + (".half_pixel_centers" if half else "")
        )
        case(
            name,
            lambda x, op=op, a=align, h=half: op(
                images=x, size=[11, 5], align_corners=a, half_pixel_centers=h
            ),
            floats(*IMAGE),
            dynamic=BATCH,
        )
case(
    "ResizeBilinear.uint8",
    lambda x: raw.ResizeBilinear(images=x, size=[4, 4], half_pixel_centers=True),
    ints(0, 255, *IMAGE, dtype=np.uint8),
)
case(
    "ResizeBilinear.at_run_time",
    lambda x: tf.image.resize(x, 2 * tf.shape(x)[1:3]),
    floats(*IMAGE),
    dynamic={(0, 0), (0, 1), (0, 2)},
)
case(
    "ResizeNearestNeighbor.int32",
    lambda x: raw.ResizeNearestNeighbor(images=x, size=[4, 4]),
    ints(0, 9, *IMAGE),
)
case(
    "ResizeBicubic",
    lambda x: raw.ResizeBicubic(images=x, size=[11, 5], half_pixel_centers=True),
    floats(*IMAGE),
)
case("ResizeArea", lambda x: raw.ResizeArea(images=x, size=[4, 4]), floats(2, 8, 8, 3))
case(
    "CropAndResize",
    lambda x: tf.image.crop_and_resize(x, [[0.1, 0.2, 0.8, 0.9]], [1], [4, 4]),
    floats(*IMAGE),
)
case(
    "ExtractImagePatches",
    lambda x: tf.image.extract_patches(x, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
    floats(*IMAGE),
)
case(
    "ExtractImagePatches.same",
    lambda x: tf.image.extract_patches(x, [1, 2, 3, 1], [1, 1, 1, 1], [1, 2, 1, 1], "SAME"),
    floats(*IMAGE),
)
case("RGBToHSV", lambda x: tf.image.rgb_to_hsv(x), positive(2, 3, 4, 3, low=0, high=1))
case("HSVToRGB", lambda x: tf.image.hsv_to_rgb(x), positive(2, 3, 4, 3, low=0, high=1))
case("rgb_to_grayscale", lambda x: tf.image.rgb_to_grayscale(x), positive(2, 3, 4, 3))
case("AdjustContrastv2", lambda x: tf.image.adjust_contrast(x, 1.7), positive(2, 3, 4, 3))
case("AdjustSaturation", lambda x: tf.image.adjust_saturation(x, 1.7), positive(2, 3, 4, 3, low=0, high=1))
case("AdjustHue", lambda x: tf.image.adjust_hue(x, 0.2), positive(2, 3, 4, 3, low=0, high=1))
case("flip_left_right", lambda x: tf.image.flip_left_right(x), floats(*IMAGE))
case("standardization", lambda x: tf.image.per_image_standardization(x), floats(*IMAGE))
case("sobel_edges", lambda x: tf.image.sobel_edges(x), floats(*IMAGE))
BOXES = (
    np.float32([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3], [0, 2.05, 1, 3], [5, 5, 6, 6]]),
    np.float32([0.9, 0.75, 0.6, 0.95, 0.3]),
)
case(
    "NonMaxSuppressionV2",
    lambda b, s: raw.NonMaxSuppressionV2(boxes=b, scores=s, max_output_size=3, iou_threshold=0.5),
    *BOXES,
)
case("NonMaxSuppressionV3", lambda b, s: tf.image.non_max_suppression(b, s, 3, 0.5, 0.4), *BOXES)
case(
    "NonMaxSuppressionV4",
    lambda b, s: raw.NonMaxSuppressionV4(
        boxes=b,
        scores=s,
        max_output_size=4,
        iou_threshold=0.5,
        score_threshold=0.2,
        pad_to_max_output_size=True,
    ),
    *BOXES,
)
case(
    "NonMaxSuppressionV5",
    lambda b, s: raw.NonMaxSuppressionV5(
        boxes=b,
        scores=s,
        max_output_size=4,
        iou_threshold=0.5,
        score_threshold=0.2,
        soft_nms_sigma=0.0,
        pad_to_max_output_size=True,
    ),
    *BOXES,
)

case("RFFT", lambda x: tf.abs(tf.signal.rfft(x)), floats(2, 16))
case("RFFT.length", lambda x: tf.abs(tf.signal.rfft(x, [8])), floats(2, 13))
case(
    "RFFT.parts", lambda x: [tf.math.real(tf.signal.rfft(x)), tf.math.imag(tf.signal.rfft(x))], floats(2, 16)
)
case("RFFT2D", lambda x: tf.abs(tf.signal.rfft2d(x)), floats(2, 8, 16))
case("ComplexAbs", lambda x: raw.ComplexAbs(x=tf.signal.rfft(x)), floats(16))
case("stft", lambda x: tf.abs(tf.signal.stft(x, 16, 8, 16)), floats(1, 64))
case("frame", lambda x: tf.signal.frame(x, 16, 8), floats(1, 64))
case("dct", lambda x: tf.signal.dct(x), floats(2, 16))
case("FFT", lambda x: tf.abs(tf.signal.fft(tf.complex(x, x))), floats(2, 16))
case("IRFFT", lambda x: tf.signal.irfft(tf.signal.rfft(x)), floats(2, 16))
case("Complex", lambda x, y: raw.Real(input=raw.Complex(real=x, imag=y)), floats(3), floats(3))
case(
    "AudioSpectrogram",
    lambda x: raw.AudioSpectrogram(input=x, window_size=32, stride=16, magnitude_squared=True),
    floats(128, 1),
)
case(
    "Mfcc",
    lambda x: raw.Mfcc(
        spectrogram=raw.AudioSpectrogram(input=x, window_size=256, stride=128, magnitude_squared=True),
        sample_rate=16000,
        dct_coefficient_count=13,
    ),
    floats(1024, 1),
)

case(
    "FakeQuantWithMinMaxArgs",
    lambda x: tf.quantization.fake_quant_with_min_max_args(x, -2, 3),
    2 * floats(3, 4),
)
case(
    "FakeQuantWithMinMaxArgs.narrow",
    lambda x: tf.quantization.fake_quant_with_min_max_args(x, -2, 3, 8, True),
    2 * floats(3, 4),
)
case(
    "FakeQuantWithMinMaxVars",
    lambda x: tf.quantization.fake_quant_with_min_max_vars(x, -2.0, 3.0, 8),
    2 * floats(3, 4),
)
case(
    "FakeQuantWithMinMaxVars.4bit",
    lambda x: tf.quantization.fake_quant_with_min_max_vars(x, 0.0, 3.0, 4),
    2 * floats(3, 4),
)
case(
    "FakeQuantWithMinMaxVarsPerChannel",
    lambda x: tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1.0, -2.0, 0.0], [1.0, 2.0, 4.0]),
    2 * floats(3, 3),
)
case(
    "QuantizeAndDequantizeV2",
    lambda x: tf.quantization.quantize_and_dequantize_v2(x, -2.0, 2.0, range_given=True),
    floats(3, 4),
)
case(
    "QuantizeAndDequantizeV3",
    lambda x: raw.QuantizeAndDequantizeV3(
        input=x, input_min=-2.0, input_max=2.0, num_bits=8, range_given=True
    ),
    floats(3, 4),
)
case(
    "QuantizeAndDequantizeV4",
    lambda x: raw.QuantizeAndDequantizeV4(input=x, input_min=-2.0, input_max=2.0, range_given=True),
    floats(3, 4),
)
case(
    "QuantizeAndDequantizeV4.half_up",
    lambda x: raw.QuantizeAndDequantizeV4(
        input=x, input_min=-2.0, input_max=2.0, range_given=True, round_mode="HALF_UP", narrow_range=True
    ),
    floats(3, 4),
)
case(
    "QuantizeAndDequantizeV4.unsigned",
    lambda x: raw.QuantizeAndDequantizeV4(
        input=x, input_min=0.0, input_max=2.0, range_given=True, signed_input=False
    ),
    floats(3, 4),
)

# Random numbers: only the shapes are compared, so the cases return what does not depend on the numbers.
case("RandomUniform", lambda x: tf.floor(tf.random.uniform(tf.shape(x), seed=3)), floats(3, 4), dynamic=BATCH)
case("RandomUniform.constant_shape", lambda x: x + tf.floor(tf.random.uniform([3, 4], seed=3)), floats(3, 4))
case("RandomStandardNormal", lambda x: 0.0 * tf.random.normal(tf.shape(x)), floats(3, 4))
case("RandomUniformInt", lambda x: tf.random.uniform(tf.shape(x), 5, 6, tf.int32), floats(3, 4))
case("Multinomial", lambda x: 0 * tf.random.categorical(x, 5), floats(2, 3))
case(
    "StatelessRandomUniformV2",
    lambda x: tf.floor(tf.random.stateless_uniform([3, 4], [1, 2])) + x,
    floats(3, 4),
)
case("Dropout", lambda x: tf.nn.dropout(x, 0.0), floats(3, 4))

case("Equal.string", lambda x: tf.equal(x, "b"), texts("a", "b", "c"))
case("NotEqual.string", lambda x: tf.not_equal(x, "b"), texts("a", "b", "c"))
case("Reshape.string", lambda x: tf.reshape(x, [2, 2]), texts("a", "b", "c", "dd"))
case("ExpandDims.string", lambda x: tf.expand_dims(x, 0), texts("a", "b", "c", "dd"))
case("Fill.string", lambda x: tf.fill(tf.shape(x), "ab"), floats(3))
case("StringLower", lambda x: tf.strings.lower(x), texts("A", "b"))
case("StringJoin", lambda x: tf.strings.join([x, x]), texts("A", "b"))
