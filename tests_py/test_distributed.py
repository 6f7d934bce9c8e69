"""Prediction, evaluation and calibration over partitions, here and on two local Dask workers."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_files import dense, write_sequential
from quant_models import SHAPE, classifier, one_by_one

import litewright
import litewright.lite as lite
from litewright import distributed as spread
from litewright.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = classifier(tmp_path_factory.mktemp("distributed") / "model.h5")
    return lite.TFLiteConverter.from_keras_model(path).convert()


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(11).normal(0, 1, (120, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    missing = "Dask is not installed: pip install litewright[dask]"
    distributed = pytest.importorskip("distributed", reason=missing)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture
def array(client: Any) -> Any:
    return pytest.importorskip("dask.array")


SMALL_DENSE = {"d": {"kernel": np.float32([[1, 0], [0, 2], [3, 0]]), "bias": np.zeros(2, np.float32)}}
OPTIONS = [
    litewright.QuantizationOptions(),
    litewright.QuantizationOptions("percentile", 99.9),
    litewright.QuantizationOptions("mse", equalize=True, bias_correction=True),
]


def quantized(model: bytes, dataset: Any, options: litewright.QuantizationOptions) -> bytes:
    return litewright.quantize(
        model,
        "int8",
        dataset,
        calibration=options.calibration,
        calibration_parameter=options.calibration_parameter,
        equalize=options.equalize,
        bias_correction=options.bias_correction,
    )


def test_local_predictions_are_those_of_single_samples(model, images):
    found = spread.predict(model, images)
    assert found.skipped == []
    np.testing.assert_allclose(found.outputs[0], one_by_one(model, images), rtol=1e-5, atol=1e-6)


def test_predictions_do_not_depend_on_how_samples_are_split(model, images):
    whole = spread.predict(model, images).outputs[0]
    for cut in (1, 7, 64, 119):
        parts = [spread.predict(model, part).outputs[0] for part in (images[:cut], images[cut:])]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_evaluation_counts_right_answers(model, images):
    labels = one_by_one(model, images).argmax(1)
    labels[:30] = (labels[:30] + 1) % 5
    assert spread.evaluate(model, images, labels).accuracy == pytest.approx(0.75)


def test_a_bad_sample_is_named_or_skipped(model, images):
    samples = list(images[:300:2])
    samples[7] = np.full(SHAPE, np.nan, np.float32)
    samples[9] = np.zeros((3, 3), np.float32)
    with pytest.raises(spread.BadSampleError, match="partition 0, sample 7: .*NaN"):
        spread.predict(model, samples)
    found = spread.predict(model, samples, on_bad_sample="skip")
    assert [(bad.partition, bad.index) for bad in found.skipped] == [(0, 7), (0, 9)]
    assert len(found.outputs[0]) == len(samples) - 2
    statistics = spread.calibrate(model, samples, on_bad_sample="skip")
    assert statistics.count == len(samples) - 2
    assert len(statistics.skipped) == 2


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.calibration)
def test_statistics_make_the_file_that_the_samples_make(model, images, options):
    local = quantized(model, lambda: ([image[None]] for image in images), options)
    statistics = spread.calibrate(model, images[::-1], options=options)
    assert quantized(model, statistics, options) == local


def test_statistics_serve_the_converter_they_were_gathered_for(tmp_path, images):
    converter = lite.TFLiteConverter.from_keras_model(classifier(tmp_path / "model.h5"))
    converter.optimizations = [lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[None]] for image in images)
    local = converter.convert()
    converter.representative_dataset = spread.calibrate(converter, images)
    assert converter.convert() == local
    assert len(converter.quantization_report.operators) > 0


def test_statistics_are_for_one_model_and_one_method(model, images, tmp_path):
    statistics = spread.calibrate(model, images[:4])
    other = lite.TFLiteConverter.from_keras_model(classifier(tmp_path / "m.h5", filters=7)).convert()
    with pytest.raises(ValueError, match="another model"):
        litewright.quantize(other, "int8", statistics)
    with pytest.raises(ValueError, match="same QuantizationOptions"):
        litewright.quantize(model, "int8", statistics, calibration="mse")
    with pytest.raises(ValueError, match="order of the samples"):
        spread.calibrate(model, images, options=litewright.QuantizationOptions("moving_average"))
    with pytest.raises(ValueError, match="no samples"):
        litewright.quantize(model, "int8", spread.calibrate(model, []))


def test_what_is_no_engine_or_choice_is_refused(model, images):
    with pytest.raises(ValueError, match="engine should be"):
        spread.predict(model, images, engine="spark")
    with pytest.raises(ValueError, match="on_bad_sample"):
        spread.predict(model, images, on_bad_sample="ignore")


def test_pandas_frames_get_a_column_of_scores(tmp_path):
    pandas = pytest.importorskip("pandas")
    path = write_sequential(tmp_path / "d.h5", [None, 3], [dense("d", 2, "linear")], SMALL_DENSE)
    content = lite.TFLiteConverter.from_keras_model(path).convert()
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.0], "id": [7, 8]})
    (result,) = spread.map_in_pandas(content, ["a", "b", "c"])([frame])
    assert result["prediction"].tolist() == [[16, 6], [20, 8]]
    assert result["id"].tolist() == [7, 8]


@pytest.mark.parametrize("partitions", [1, 4, 7])
@pytest.mark.parametrize("options", OPTIONS[:2], ids=lambda options: options.calibration)
def test_dask_calibrates_as_one_process_does(client, array, model, images, partitions, options):
    local = quantized(model, lambda: ([image[None]] for image in images), options)
    shuffled = np.random.default_rng(partitions).permutation(images)
    data = array.from_array(shuffled, chunks=(-(-len(images) // partitions), -1, -1, -1))
    assert quantized(model, spread.calibrate(model, data, options=options, engine=client), options) == local


def test_dask_reports_the_partition_of_a_bad_sample(client, array, model, images):
    damaged = images.copy()
    damaged[65, 0, 0, 0] = np.inf
    data = array.from_array(damaged, chunks=(30, 8, 4, 3))
    with pytest.raises(spread.BadSampleError, match="partition 2, sample 5"):
        spread.predict(model, data)
    found = spread.predict(model, data, on_bad_sample="skip")
    assert [(bad.partition, bad.index) for bad in found.skipped] == [(2, 5)]


def test_dask_bags(client, model, images):
    bag = pytest.importorskip("dask.bag")
    found = spread.predict(model, bag.from_sequence(list(images), npartitions=3))
    np.testing.assert_array_equal(found.outputs[0], spread.predict(model, images).outputs[0])


def test_dask_frames(client, tmp_path):
    frames = pytest.importorskip(
        "dask.dataframe", reason="pandas is not installed: pip install litewright[dask]"
    )
    pandas = pytest.importorskip("pandas")
    path = write_sequential(tmp_path / "d.h5", [None, 3], [dense("d", 2, "linear")], SMALL_DENSE)
    content = lite.TFLiteConverter.from_keras_model(path).convert()
    columns = np.random.default_rng(3).normal(size=(50, 4)).astype(np.float32)
    table = frames.from_pandas(pandas.DataFrame(columns, columns=["a", "id", "b", "c"]), npartitions=3)
    found = spread.predict(content, table, columns=["a", "b", "c"])
    np.testing.assert_array_equal(found.outputs[0], spread.predict(content, columns[:, [0, 2, 3]]).outputs[0])
    labels = table["id"] * 0 + 1
    accuracy = spread.evaluate(content, table[["a", "b", "c"]], labels).accuracy
    assert accuracy == np.mean(found.outputs[0].argmax(1) == 1)


def command(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """What `litewright evaluate` says of the only model, without what depends on the time it took."""
    assert main(["evaluate", "--json", *(str(word) for word in words)]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    del row["latency_ms"]
    return row


@pytest.fixture
def files(tmp_path, model, images) -> list[Path | str]:
    (tmp_path / "model.tflite").write_bytes(model)
    labels = np.roll(one_by_one(model, images).argmax(1), 5)
    np.savez(tmp_path / "samples.npz", images=images, labels=labels)
    return [tmp_path / "model.tflite", "--data", tmp_path / "samples.npz", "--limit", 100]


def test_the_command_evaluates_on_dask(client, files, capsys):
    pytest.importorskip("dask.bag")
    address = client.scheduler.address.replace("tcp://", "dask://")
    assert command(capsys, *files, "--engine", address) == command(capsys, *files)


def test_the_command_names_the_sample_that_does_not_fit(client, files, tmp_path, capsys):
    np.savez(tmp_path / "samples.npz", images=np.zeros((70, 3), np.float32))
    address = client.scheduler.address.replace("tcp://", "dask://")
    assert main(["evaluate", *map(str, files), "--engine", address]) == 1
    assert re.search(r"partition \d, sample \d+: input 'serving_default_input", capsys.readouterr().err)


def test_dask_computes_again_what_a_killed_worker_had(client, array, model, images):
    def slowly(block: np.ndarray) -> np.ndarray:  # of this test, so that it travels to the workers as code
        time.sleep(0.15)
        return block

    many = np.concatenate([images] * 4)
    data = array.from_array(many, chunks=(20, -1, -1, -1)).map_blocks(slowly, dtype=np.float32)
    labels = array.from_array(one_by_one(model, images).argmax(1).tolist() * 4, chunks=20)
    pids = sorted(client.run(os.getpid).values())
    client.loop.call_later(0.5, os.kill, pids[0], signal.SIGKILL)
    evaluation = spread.evaluate(model, data, labels)
    assert evaluation.accuracy == 1
    assert evaluation.count == len(many)
    assert pids[0] not in client.run(os.getpid).values()


def mnist_images(path: str) -> np.ndarray:
    """[n, 28, 28] of an IDX file, as the digit model takes them."""
    content = np.frombuffer(gzip.decompress(Path(path).read_bytes()), np.uint8, offset=16)
    return content.reshape(-1, 28, 28).astype(np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def mnist() -> tuple[bytes, list[str], np.ndarray]:
    """The digit model, the files with all 70,000 images, and what one process says of them."""
    files = sorted((Path(os.environ.get("LITEWRIGHT_SHARED", "")) / "mnist").glob("*-images-idx3-ubyte.gz"))
    if not os.environ.get("LITEWRIGHT_SHARED") or len(files) != 2:
        pytest.skip("LITEWRIGHT_SHARED names no folder with mnist/")
    path = Path(__file__).parent.parent / "examples/mnist/mnist.h5"
    content = lite.TFLiteConverter.from_keras_model(path).convert()
    pictures = np.concatenate([mnist_images(str(file)) for file in files])
    return content, [str(file) for file in files], spread.predict(content, pictures).outputs[0]


def test_dask_labels_all_of_mnist_though_a_worker_is_killed(client, array, mnist):
    def read(path: str) -> np.ndarray:  # of this test, so that it travels to the workers as code
        content = np.frombuffer(gzip.decompress(Path(path).read_bytes()), np.uint8, offset=16)
        return content.reshape(-1, 28, 28).astype(np.float32) / np.float32(255)

    content, files, local = mnist
    delayed = pytest.importorskip("dask").delayed
    parts = [
        array.from_delayed(delayed(read)(file), (count, 28, 28), np.float32)
        for file, count in zip(files, (10000, 60000), strict=True)
    ]
    data = array.concatenate(parts).rechunk((10000, 28, 28))
    pids = sorted(client.run(os.getpid).values())
    client.loop.call_later(0.5, os.kill, pids[0], signal.SIGKILL)
    found = spread.predict(content, data)
    assert pids[0] not in client.run(os.getpid).values()
    np.testing.assert_array_equal(found.outputs[0], local)


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install litewright[ray]")
    pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
    yield ray
    ray.shutdown()


@pytest.mark.parametrize("partitions", [1, 4, 7])
def test_ray_calibrates_as_one_process_does(ray, model, images, partitions):
    shuffled = np.random.default_rng(partitions).permutation(images)
    data = ray.data.from_numpy(list(np.array_split(shuffled, partitions)))
    local = quantized(model, lambda: ([image[None]] for image in images), OPTIONS[0])
    assert quantized(model, spread.calibrate(model, data), OPTIONS[0]) == local


def test_ray_labels_all_of_mnist_though_a_worker_is_killed(ray, mnist):
    content, files, local = mnist
    pictures = np.concatenate([mnist_images(file) for file in files])
    data = ray.data.from_numpy(list(np.array_split(pictures, 14)))
    pid = ray.get(ray.remote(lambda: os.getpid()).remote())
    killer = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))
    killer.start()
    found = spread.predict(content, data)
    killer.join()
    np.testing.assert_array_equal(found.outputs[0], local)


def test_the_command_evaluates_on_ray(ray, files, capsys):
    assert command(capsys, *files, "--engine", "ray") == command(capsys, *files)
