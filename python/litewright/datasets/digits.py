"""The 1,797 handwritten 8x8 digits that come with scikit-learn, split once and for all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Split = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
_TEST_EVERY = 5


def load_data() -> tuple[Split, Split]:
    """Returns `(train_images, train_labels), (test_images, test_labels)`.

    Images are uint8 [n, 8, 8] with values 0..255, labels uint8 [n]. Every fifth image is a test image.
    Raises ImportError where scikit-learn is not installed.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.rint(bunch.images * (255.0 / 16.0)).astype(np.uint8)
    labels = bunch.target.astype(np.uint8)
    is_test = np.arange(len(labels)) % _TEST_EVERY == 0
    return (images[~is_test], labels[~is_test]), (images[is_test], labels[is_test])
