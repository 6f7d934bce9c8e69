"""Every reference model, as HDF5 and as archive: Keras's outputs at batch 1, 3 and 8, here and in LiteRT."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from litewright import lite

NAMES = (
    "act_exponential act_gelu act_hard_sigmoid act_selu act_sigmoid act_softplus act_swish act_tanh "
    "attention avgpool_same bilstm bn_alone cascade_lstm conv1d conv3d conv_bn_relu6 conv_dilated "
    "conv_same_s2 conv_t conv_valid_1x7 crop dense_3d dense_bn dense_nobias dot dw_mult dw_s1 elu "
    "embedding flatten gap gmp_keep gru inception_block inverted_residual leaky lstm lstm_seq "
    "max_avg_min maxpool mlp nested permute prelu repeat rescale reshape_m1 residual resize sepconv "
    "shared_layer softmax squeeze_excite timedist two_io up_bilinear up_nearest y_2x_1 zeropad"
).split()


def arrays(path: Path, letter: str) -> list[np.ndarray]:
    with np.load(path) as file:
        return [file[f"{letter}{i}"] for i in range(sum(key[0] == letter for key in file.files))]


def run(interpreter: object, inputs: list[np.ndarray]) -> list[np.ndarray]:
    for detail, x in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.resize_tensor_input(detail["index"], x.shape)
    interpreter.allocate_tensors()
    for detail, x in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], x.astype(detail["dtype"]))
    interpreter.invoke()
    interpreter.invoke()  # nothing may be left over from the run before
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


@pytest.mark.parametrize("keras", ["keras2", "keras3"])
@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_keras(keras: str, name: str, shared: Path, litert: ModuleType) -> None:
    stem = shared / keras / name
    inputs, outputs = arrays(stem.with_suffix(".npz"), "x"), arrays(stem.with_suffix(".npz"), "y")
    contents = {
        suffix: lite.TFLiteConverter.from_keras_model(stem.with_suffix(suffix)).convert()
        for suffix in (".h5", ".keras")
    }
    for suffix, content in contents.items():
        for engine in (lite, litert):
            interpreter = engine.Interpreter(model_content=content)
            for batch in (3, 1, 8):
                given = [np.concatenate([x] * 3)[:batch] for x in inputs]
                results = run(interpreter, given)
                assert len(results) == len(outputs)
                for result, y in zip(results, outputs, strict=True):
                    wanted = np.concatenate([y] * 3)[:batch]
                    largest = max(1e-3, float(np.abs(wanted).max(initial=0)))
                    np.testing.assert_allclose(
                        result, wanted, rtol=0, atol=1e-4 * largest, err_msg=f"{suffix} {batch}"
                    )
