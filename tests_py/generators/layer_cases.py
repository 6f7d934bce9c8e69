"""One model per behaviour of a layer."""

from typing import Any

import keras
from case_tools import CASES, IMAGE, SERIES, VOLUME, functional, sequential
from keras import layers as L

for activation in (
    "relu relu6 elu selu celu gelu silu softplus softsign tanh sigmoid hard_sigmoid hard_silu "
    "hard_tanh hard_shrink soft_shrink tanh_shrink leaky_relu log_sigmoid log_softmax mish "
    "exponential softmax sparse_plus sparse_sigmoid sparsemax squareplus linear glu"
).split():
    sequential(f"act_{activation}", (8,), lambda a=activation: L.Activation(a))
    sequential(f"dense_{activation}", (8,), lambda a=activation: L.Dense(6, activation=a))

sequential("relu_all", (8,), lambda: L.ReLU(max_value=0.7, negative_slope=0.2, threshold=0.1))
sequential("relu_max", (8,), lambda: L.ReLU(max_value=0.7))
sequential("relu_slope_max", (8,), lambda: L.ReLU(max_value=0.7, negative_slope=0.1))
sequential("relu_threshold", (8,), lambda: L.ReLU(threshold=0.3))
sequential("leaky", IMAGE, lambda: L.LeakyReLU(negative_slope=0.17))
sequential("elu_alpha", IMAGE, lambda: L.ELU(alpha=0.7))
sequential("prelu", IMAGE, lambda: L.PReLU())
sequential("prelu_shared", IMAGE, lambda: L.PReLU(shared_axes=[1, 2]))
sequential("softmax_axis", IMAGE, lambda: L.Softmax(axis=1))
sequential("softmax_axes", IMAGE, lambda: L.Softmax(axis=[1, 2]))
sequential("activation_layer", (8,), lambda: L.Dense(5, activation=L.LeakyReLU(negative_slope=0.3)))

# Convolutions.
sequential("conv1d_same", SERIES, lambda: L.Conv1D(5, 3, padding="same", activation="relu"))
sequential("conv1d_causal", SERIES, lambda: L.Conv1D(5, 3, padding="causal", dilation_rate=2))
sequential("conv1d_stride", SERIES, lambda: L.Conv1D(5, 3, strides=2))
sequential("conv1d_groups", SERIES, lambda: L.Conv1D(6, 3, groups=2))
sequential("conv1d_first", SERIES, lambda: L.Conv1D(5, 3, data_format="channels_first"))
sequential("conv1d_unknown", (None, 6), lambda: L.Conv1D(5, 3, activation="tanh"))
sequential("conv2d_first", (4, 9, 8), lambda: L.Conv2D(5, 3, data_format="channels_first", padding="same"))
sequential("conv2d_groups", IMAGE, lambda: L.Conv2D(6, 3, groups=2, use_bias=False))
sequential("conv2d_dilated_same", IMAGE, lambda: L.Conv2D(5, (3, 2), dilation_rate=(2, 1), padding="same"))
sequential("conv2d_unknown", (None, None, 4), lambda: L.Conv2D(5, 3, strides=2, padding="same"))
sequential("conv3d_same", VOLUME, lambda: L.Conv3D(3, 2, padding="same", strides=2))
sequential("conv3d_dilated", VOLUME, lambda: L.Conv3D(3, 2, dilation_rate=2, activation="relu"))
sequential("conv3d_groups", (5, 5, 5, 4), lambda: L.Conv3D(6, 2, groups=2))
sequential("conv3d_first", (2, 6, 7, 8), lambda: L.Conv3D(3, 2, data_format="channels_first"))
sequential("depthwise1d", SERIES, lambda: L.DepthwiseConv1D(3, depth_multiplier=2, padding="same"))
sequential(
    "depthwise_dilated",
    IMAGE,
    lambda: L.DepthwiseConv2D(3, dilation_rate=2, padding="same", activation="relu6"),
)
sequential(
    "depthwise_first", (4, 9, 8), lambda: L.DepthwiseConv2D(3, strides=2, data_format="channels_first")
)
sequential("separable1d", SERIES, lambda: L.SeparableConv1D(5, 3, depth_multiplier=2, padding="same"))
sequential(
    "separable2d_stride", IMAGE, lambda: L.SeparableConv2D(5, 3, strides=2, padding="same", use_bias=False)
)
sequential("conv1d_t", SERIES, lambda: L.Conv1DTranspose(5, 3, strides=2))
sequential(
    "conv1d_t_same", SERIES, lambda: L.Conv1DTranspose(5, 3, strides=2, padding="same", activation="relu")
)
sequential("conv2d_t_same", IMAGE, lambda: L.Conv2DTranspose(5, 3, strides=2, padding="same"))
sequential("conv2d_t_small", IMAGE, lambda: L.Conv2DTranspose(5, 2, strides=3))
sequential("conv2d_t_extra", IMAGE, lambda: L.Conv2DTranspose(5, 3, strides=2, output_padding=1))
sequential(
    "conv2d_t_first",
    (4, 9, 8),
    lambda: L.Conv2DTranspose(5, 3, strides=2, padding="same", data_format="channels_first"),
)
sequential("conv2d_t_unknown", (None, None, 4), lambda: L.Conv2DTranspose(5, 3, strides=2, padding="same"))
sequential("conv3d_t", (4, 4, 5, 2), lambda: L.Conv3DTranspose(3, 3, strides=2, padding="same"))

# Pooling.
for kind in ("Max", "Average"):
    for rank, shape in ((1, SERIES), (2, IMAGE), (3, VOLUME)):
        pool, whole = getattr(L, f"{kind}Pooling{rank}D"), getattr(L, f"Global{kind}Pooling{rank}D")
        adaptive = getattr(L, f"Adaptive{kind}Pooling{rank}D", None)
        sequential(f"pool_{kind}{rank}", shape, lambda p=pool: p(2))
        sequential(f"pool_{kind}{rank}_same", shape, lambda p=pool: p(3, strides=2, padding="same"))
        sequential(f"pool_{kind}{rank}_first", shape, lambda p=pool: p(2, data_format="channels_first"))
        sequential(f"global_{kind}{rank}", shape, lambda p=whole: p())
        sequential(
            f"global_{kind}{rank}_keep", shape, lambda p=whole: p(keepdims=True, data_format="channels_first")
        )
        if adaptive is not None:
            sequential(f"adaptive_{kind}{rank}", shape, lambda p=adaptive: p(3))
            sequential(f"adaptive_{kind}{rank}_2", shape, lambda p=adaptive: p(2))

# Normalization.
sequential("bn_axis1", IMAGE, lambda: L.BatchNormalization(axis=1))
sequential("bn_bare", IMAGE, lambda: L.BatchNormalization(center=False, scale=False))
sequential("conv_bn", IMAGE, lambda: L.Conv2D(5, 3), lambda: L.BatchNormalization(), lambda: L.ReLU())
sequential("ln_axes", IMAGE, lambda: L.LayerNormalization(axis=[1, 2]))
sequential("ln_bare", SERIES, lambda: L.LayerNormalization(center=False, scale=False))
sequential("ln_unknown", (None, 6), lambda: L.LayerNormalization())
sequential("group_norm", IMAGE, lambda: L.GroupNormalization(2))
sequential("group_norm_1", IMAGE, lambda: L.GroupNormalization(-1, axis=1))
sequential("rms_norm", SERIES, lambda: L.RMSNormalization())
sequential("unit_norm", SERIES, lambda: L.UnitNormalization())
sequential("unit_norm_axis", SERIES, lambda: L.UnitNormalization(axis=1))
sequential("normalization", SERIES, lambda: L.Normalization(mean=[1.0] * 6, variance=[0.5, 1, 2, 3, 4, 5]))
sequential("normalization_scalar", SERIES, lambda: L.Normalization(axis=None, mean=0.3, variance=2.0))
sequential(
    "normalization_invert",
    SERIES,
    lambda: L.Normalization(mean=[1.0] * 6, variance=[0.5, 1, 2, 3, 4, 5], invert=True),
)
sequential("spectral", (8,), lambda: L.SpectralNormalization(L.Dense(5)))

# Shapes.
sequential("flatten_first", (4, 9, 8), lambda: L.Flatten(data_format="channels_first"))
sequential("flatten_unknown", (None, 6), lambda: L.Flatten())
sequential("reshape_m1", IMAGE, lambda: L.Reshape((-1, 6)))
sequential("reshape_unknown", (None, 6), lambda: L.Reshape((-1, 2, 3)))
sequential("permute", IMAGE, lambda: L.Permute((3, 1, 2)))
sequential("repeat", (6,), lambda: L.RepeatVector(4))
sequential("pad1d", SERIES, lambda: L.ZeroPadding1D((2, 1)))
sequential("pad2d", IMAGE, lambda: L.ZeroPadding2D(((1, 2), (3, 0))))
sequential("pad2d_first", IMAGE, lambda: L.ZeroPadding2D(2, data_format="channels_first"))
sequential("pad3d", VOLUME, lambda: L.ZeroPadding3D(((1, 2), (0, 1), (2, 0))))
sequential("crop1d", SERIES, lambda: L.Cropping1D((2, 1)))
sequential("crop2d", IMAGE, lambda: L.Cropping2D(((1, 2), (3, 0))))
sequential("crop3d", VOLUME, lambda: L.Cropping3D(((1, 2), (0, 1), (2, 0))))
sequential("crop_unknown", (None, None, 4), lambda: L.Cropping2D(((1, 2), (3, 0))))
sequential("up1d", SERIES, lambda: L.UpSampling1D(3))
sequential("up2d", IMAGE, lambda: L.UpSampling2D((2, 3)))
sequential("up2d_first", IMAGE, lambda: L.UpSampling2D(2, data_format="channels_first"))
sequential("up2d_cubic", IMAGE, lambda: L.UpSampling2D(2, interpolation="bicubic"))
sequential("up2d_unknown", (None, None, 4), lambda: L.UpSampling2D(2, interpolation="bilinear"))
sequential("up3d", VOLUME, lambda: L.UpSampling3D((2, 1, 3)))
sequential("resize_nearest", IMAGE, lambda: L.Resizing(5, 11, interpolation="nearest"))
sequential("resize_cubic", IMAGE, lambda: L.Resizing(12, 5, interpolation="bicubic"))
sequential("resize_lanczos", IMAGE, lambda: L.Resizing(12, 13, interpolation="lanczos3"))
sequential("resize_crop", IMAGE, lambda: L.Resizing(6, 12, crop_to_aspect_ratio=True))
sequential("resize_pad", IMAGE, lambda: L.Resizing(6, 12, pad_to_aspect_ratio=True, fill_value=0.5))
sequential("rescale", IMAGE, lambda: L.Rescaling(1 / 127.5, offset=-1))
sequential("rescale_uint8", IMAGE, lambda: L.Rescaling(1 / 127.5, offset=-1), dtype="uint8")
sequential("center_crop", IMAGE, lambda: L.CenterCrop(5, 4))
sequential("center_crop_up", IMAGE, lambda: L.CenterCrop(12, 5))
sequential(
    "augment",
    IMAGE,
    lambda: L.RandomFlip(),
    lambda: L.RandomRotation(0.1),
    lambda: L.RandomZoom(0.1),
    lambda: L.RandomContrast(0.1),
)
sequential(
    "noise",
    SERIES,
    lambda: L.GaussianNoise(0.3),
    lambda: L.GaussianDropout(0.3),
    lambda: L.SpatialDropout1D(0.3),
    lambda: L.AlphaDropout(0.1),
    lambda: L.ActivityRegularization(l1=0.1),
    lambda: L.Identity(),
)
sequential("discretize", (6,), lambda: L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5]))
sequential(
    "discretize_hot", (6,), lambda: L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5], output_mode="one_hot")
)
for mode in ("one_hot", "multi_hot", "count"):
    sequential(
        f"category_{mode}",
        (1 if mode == "one_hot" else 5,),
        lambda m=mode: L.CategoryEncoding(8, output_mode=m),
        dtype="int32",
    )
sequential("embedding", (7,), lambda: L.Embedding(20, 5), dtype="int32")
sequential("embedding_float", (7,), lambda: L.Embedding(20, 5))
sequential("dense_3d", SERIES, lambda: L.Dense(4, activation="relu"))
sequential("dense_4d", IMAGE, lambda: L.Dense(5, use_bias=False))
sequential("dense_unknown", (None, 6), lambda: L.Dense(5))

# Recurrent layers.
for kind in ("LSTM", "GRU", "SimpleRNN"):
    rnn = getattr(L, kind)
    sequential(f"{kind}", SERIES, lambda r=rnn: r(5))
    sequential(f"{kind}_seq", SERIES, lambda r=rnn: r(5, return_sequences=True))
    sequential(f"{kind}_relu", SERIES, lambda r=rnn: r(5, activation="relu", return_sequences=True))
    sequential(f"{kind}_nobias", SERIES, lambda r=rnn: r(5, use_bias=False))
    sequential(f"{kind}_back", SERIES, lambda r=rnn: r(5, go_backwards=True, return_sequences=True))
    sequential(f"{kind}_unroll", SERIES, lambda r=rnn: r(5, unroll=True, return_sequences=True))
    sequential(f"{kind}_unknown", (None, 6), lambda r=rnn: r(5, return_sequences=True))
    sequential(f"{kind}_stack", SERIES, lambda r=rnn: r(5, return_sequences=True), lambda r=rnn: r(4))
    sequential(f"{kind}_masked", SERIES, lambda: L.Masking(), lambda r=rnn: r(5, return_sequences=True))
    sequential(
        f"{kind}_embedded",
        (7,),
        lambda: L.Embedding(20, 6, mask_zero=True),
        lambda r=rnn: r(5),
        dtype="int32",
    )
    for merge in ("concat", "sum", "mul", "ave"):
        sequential(
            f"bi_{kind}_{merge}",
            SERIES,
            lambda r=rnn, m=merge: L.Bidirectional(r(5, return_sequences=True), merge_mode=m),
        )
    sequential(f"bi_{kind}_last", SERIES, lambda r=rnn: L.Bidirectional(r(5)))
    sequential(
        f"bi_{kind}_masked",
        SERIES,
        lambda: L.Masking(),
        lambda r=rnn: L.Bidirectional(r(5, return_sequences=True)),
    )

    @functional(f"{kind}_state", SERIES)
    def _(x: Any, r: Any = rnn) -> Any:
        return r(5, return_state=True, return_sequences=True)(x)

    @functional(f"{kind}_initial", SERIES, SERIES)
    def _(x: Any, y: Any, r: Any = rnn) -> Any:
        states = r(5, return_state=True)(x)[1:]
        return r(5, return_sequences=True)(y, initial_state=states)

    @functional(f"bi_{kind}_none", SERIES)
    def _(x: Any, r: Any = rnn) -> Any:
        return L.Bidirectional(r(5, return_state=True, return_sequences=True), merge_mode=None)(x)


sequential("gru_before", SERIES, lambda: L.GRU(5, reset_after=False))
sequential(
    "gru_before_bare",
    SERIES,
    lambda: L.GRU(5, reset_after=False, use_bias=False, recurrent_activation="hard_sigmoid"),
)
sequential("rnn_cell", SERIES, lambda: L.RNN(L.LSTMCell(5), return_sequences=True))
sequential(
    "rnn_cells",
    SERIES,
    lambda: L.RNN([L.LSTMCell(5), L.GRUCell(4), L.SimpleRNNCell(3)], return_sequences=True),
)
sequential("rnn_cells_same", SERIES, lambda: L.RNN([L.GRUCell(5), L.GRUCell(5)]))
sequential("convlstm1d", (5, 8, 2), lambda: L.ConvLSTM1D(3, 3, padding="same", return_sequences=True))
sequential("convlstm2d", (4, 6, 7, 2), lambda: L.ConvLSTM2D(3, 3))
sequential(
    "convlstm2d_same",
    (4, 6, 7, 2),
    lambda: L.ConvLSTM2D(3, 3, padding="same", strides=2, return_sequences=True),
)
sequential("convlstm2d_first", (4, 2, 6, 7), lambda: L.ConvLSTM2D(3, 3, data_format="channels_first"))
sequential("convlstm3d", (3, 4, 5, 6, 2), lambda: L.ConvLSTM3D(3, 2, padding="same"))
sequential("timedist_dense", SERIES, lambda: L.TimeDistributed(L.Dense(4)))
sequential("timedist_conv", (4, 9, 8, 3), lambda: L.TimeDistributed(L.Conv2D(4, 3, activation="relu")))
sequential("timedist_unknown", (None, 9, 8, 3), lambda: L.TimeDistributed(L.Conv2D(4, 3)))
sequential(
    "timedist_model",
    (4, 9, 8, 3),
    lambda: L.TimeDistributed(
        keras.Sequential([L.Input((9, 8, 3)), L.Conv2D(4, 3), L.GlobalAveragePooling2D()])
    ),
)
sequential("gap_masked", SERIES, lambda: L.Masking(), lambda: L.GlobalAveragePooling1D())


# Attention.
@functional("mha", SERIES, (7, 5))
def _(x: Any, y: Any) -> Any:
    return L.MultiHeadAttention(2, 3, value_dim=4, output_shape=5)(x, y)


@functional("mha_key", SERIES, (7, 5), (7, 4))
def _(x: Any, y: Any, z: Any) -> Any:
    return L.MultiHeadAttention(2, 3, use_bias=False)(x, y, key=z, return_attention_scores=True)


@functional("mha_causal", SERIES)
def _(x: Any) -> Any:
    return L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)


@functional("mha_mask", SERIES, ((10, 10), "bool"))
def _(x: Any, m: Any) -> Any:
    return L.MultiHeadAttention(2, 3)(x, x, attention_mask=m)


@functional("mha_masked", ((7,), "int32"))
def _(x: Any) -> Any:
    x = L.Embedding(20, 6, mask_zero=True)(x)
    return L.MultiHeadAttention(2, 3)(x, x)


@functional("mha_axes", (4, 5, 6))
def _(x: Any) -> Any:
    return L.MultiHeadAttention(2, 3, attention_axes=(1, 2))(x, x)


@functional("mha_axis2", (4, 5, 6))
def _(x: Any) -> Any:
    return L.MultiHeadAttention(2, 3, attention_axes=(2,))(x, x)


@functional("gqa", SERIES, (7, 6))
def _(x: Any, y: Any) -> Any:
    return L.GroupQueryAttention(3, 4, 2)(x, y)


@functional("gqa_causal", SERIES)
def _(x: Any) -> Any:
    return L.GroupQueryAttention(3, 4, 2)(x, x, use_causal_mask=True)


@functional("attention_dot", SERIES, (7, 6), (7, 6))
def _(x: Any, y: Any, z: Any) -> Any:
    return L.Attention(use_scale=True)([x, y, z])


@functional("attention_concat", SERIES, (7, 6))
def _(x: Any, y: Any) -> Any:
    return L.Attention(use_scale=True, score_mode="concat")([x, y])


@functional("attention_additive", SERIES)
def _(x: Any) -> Any:
    return L.AdditiveAttention()([x, x], use_causal_mask=True, return_attention_scores=True)


for equation, shape, bias in (
    ("abc,cd->abd", (None, 7), "d"),
    ("abc,cde->abde", (None, 3, 4), "de"),
    ("abcd,cde->abe", (None, 5), None),
    ("abc,bd->acd", (6, 4), "d"),
    ("...x,xy->...y", (10, 7), "y"),
):
    rank = SERIES if equation.count("d,") == 0 else (10, 6, 4)
    sequential(
        f"einsum_{equation.translate(str.maketrans('', '', ',->.'))}",
        rank,
        lambda e=equation, s=shape, b=bias: L.EinsumDense(e, s, bias_axes=b),
    )


# Merging.
for merge in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):

    @functional(f"merge_{merge}", SERIES, SERIES)
    def _(x: Any, y: Any, m: str = merge) -> Any:
        return getattr(L, m)()([x, y])


@functional("merge_three", SERIES, SERIES, (1, 6))
def _(x: Any, y: Any, z: Any) -> Any:
    return [L.Add()([x, y, z]), L.Average()([x, y, z]), L.Concatenate(axis=1)([x, y, z])]


for number, (a, b, axes, normalize) in enumerate(
    [
        ((6,), (6,), 1, True),
        ((5, 6), (7, 6), 2, False),
        ((5, 6), (5, 4), 1, True),
        ((6,), (6, 4), 1, False),
        ((5, 6), (6, 4), (2, 1), False),
    ]
):

    @functional(f"dot_{number}", a, b)
    def _(x: Any, y: Any, axes: Any = axes, normalize: bool = normalize) -> Any:
        return L.Dot(axes, normalize=normalize)([x, y])


# Structure.
@functional("shared_nested", (9, 8, 3), (9, 8, 3))
def _(x: Any, y: Any) -> Any:
    inner = keras.Sequential(
        [
            L.Input((9, 8, 3)),
            L.Conv2D(4, 3, activation="relu"),
            L.BatchNormalization(),
            L.GlobalMaxPooling2D(),
        ],
        name="inner",
    )
    a = L.Input((4,))
    outer = keras.Model(a, [L.Dense(3, name="p")(a), L.Dense(2, name="q")(a)], name="outer")
    p, q = outer(inner(x))
    r, s = outer(inner(y))
    return [L.Subtract()([p, r]), q, s]


@functional("deep_nested", (9, 8, 3))
def _(x: Any) -> Any:
    a = keras.Sequential([L.Input((9, 8, 3)), L.Conv2D(4, 3), L.BatchNormalization()])
    b = keras.Sequential([L.Input((9, 8, 3)), a, L.Conv2D(5, 3)])
    return L.Dense(2)(L.Flatten()(b(x)))


CASES["dictionary"] = lambda: (
    lambda a, b: keras.Model({"b": b, "a": a}, {"sum": L.Add()([a, b]), "dense": L.Dense(2)(a)})
)(L.Input((4,), name="a"), L.Input((4,), name="b"))
