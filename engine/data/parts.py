"""What a reader of data sets returns: two parts, not yet scaled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.data.own.preparing import Preparation

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Parts:
    """A data set after the split.

    Args:
        train: Arrays of the training part by port name, samples first.
        validation: The same for the validation part.
        fit_on: What scaling is fitted on instead of `train[port]`: for a series its
            training values once each, not once per window.
        noise_variance: Variance of the noise in the target, where it is known.
        preparation: Of own data: what was fitted on the training part.
        origin: Of rows: number in the file of each sample of both parts, from 0.
    """

    train: Arrays
    validation: Arrays
    fit_on: Arrays = field(default_factory=dict)
    noise_variance: float | None = None
    preparation: "Preparation | None" = None
    origin: tuple[np.ndarray, np.ndarray] | None = None


def take(arrays: Arrays, indices: np.ndarray) -> dict[str, np.ndarray]:
    """Return the samples at `indices` of every array."""
    return {name: array[indices] for name, array in arrays.items()}
