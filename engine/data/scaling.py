"""Scaling as a recorded step: fitted on the training part, its values kept.

N samples, F features.
"""
# ruff: noqa: N803 - names end in the shape

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.layers.dataset_spec import ScalingKind


@dataclass(frozen=True)
class Scaling:
    """scaled = (raw − shift) / scale, for one port.

    Args:
        kind: How it was fitted.
        shift: One number, or one per feature.
        scale: The same; never zero.
    """

    kind: ScalingKind
    shift: np.ndarray
    scale: np.ndarray

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Return float32 values in scaled units."""
        if self.kind == "none":
            return raw.astype(np.float32)
        scaled: np.ndarray = (raw - self.shift) / self.scale
        return scaled.astype(np.float32)

    def invert(self, scaled: np.ndarray) -> np.ndarray:
        """Return float64 values in the units of the data set."""
        raw: np.ndarray = scaled.astype(np.float64) * self.scale + self.shift
        return raw

    def as_dict(self) -> dict[str, object]:
        """Return what a run or an exported file writes down."""
        return {
            "kind": self.kind,
            "shift": self.shift.tolist(),
            "scale": self.scale.tolist(),
        }


ScalingByPort = Mapping[str, Scaling]


def fit(kind: ScalingKind, raw: np.ndarray) -> Scaling:
    """Return the step that scales `raw` to mean 0 and deviation 1, or to 0..1.

    Args:
        kind: `none`, `standardise` (population deviation) or `unit`.
        raw: The training part. B×F is fitted per feature; anything else, images
            and signals, as one: their pixels share a unit.

    Returns:
        A step that leaves features without any spread at a scale of 1.
    """
    values = raw.reshape(-1, raw.shape[1]) if raw.ndim == 2 else raw.reshape(-1, 1)
    shift, scale = _FITS[kind](values)
    scale = np.where(scale == 0, 1.0, scale)
    if raw.ndim == 2:
        return Scaling(kind, shift, scale)
    return Scaling(kind, shift[0], scale[0])


def _none(values_NF: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    features = values_NF.shape[1]
    return np.zeros(features), np.ones(features)


def _standardise(values_NF: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = values_NF.mean(axis=0, dtype=np.float64)
    return mean, values_NF.std(axis=0, dtype=np.float64)


def _unit(values_NF: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low = values_NF.min(axis=0).astype(np.float64)
    return low, values_NF.max(axis=0).astype(np.float64) - low


_FITS = {"none": _none, "standardise": _standardise, "unit": _unit}
