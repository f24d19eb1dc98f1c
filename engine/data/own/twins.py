"""Rows that are the same, or nearly so: a key for each, equal for those.

Axes: N rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from engine.data.readers.reader import Array
from engine.layers.datasets.own import OwnColumn

_SMALL, _BITS = 16, 8
_PIECES, _MOMENTS = 128, 64
"""Of a signal: pieces whose peaks count, and single values that do."""


def row_keys(arrays: Mapping[str, Array], used: Sequence[OwnColumn]) -> Iterator[bytes]:
    """Yield a key for each row: equal for rows that are the same or nearly so.

    Numbers count with six digits, images with 16 × 16 grey levels of 8 steps, signals
    as loud as their loudest moment.

    Args:
        arrays: Column → values of all rows.
        used: Columns that count.
    """
    parts = [_parts(arrays[c.name], c) for c in used]
    for row in range(len(parts[0]) if parts else 0):
        digest = blake2b(digest_size=12)
        for part in parts:
            digest.update(part[row])
        yield digest.digest()


def _parts(values: Array, column: OwnColumn) -> list[bytes]:
    if column.kind == "image" and values.ndim == 4:
        return [each.tobytes() for each in coarse(values)]
    if column.kind == "signal" and values.ndim == 3 and values.dtype.kind == "f":
        return [each.tobytes() for each in coarse_signals(values)]
    if values.dtype.kind in "OUS":
        return [str(v).strip().encode("utf-8", "replace") + b"\0" for v in values]
    if values.dtype.kind == "f" and values.ndim == 1:
        return [f"{v:.6g}|".encode() for v in values.tolist()]
    return [np.ascontiguousarray(v).tobytes() + b"\0" for v in values]


def coarse(images: Array) -> Array:
    """Return images of 16 × 16 cells with few grey levels.

    Shape:
        N×C×H×W → N×16×16
    """
    grey = images.mean(axis=1, dtype=np.float32)
    whole = float(grey.max()) or 1.0
    height, width = grey.shape[1:]
    rows = np.arange(min(_SMALL, height)) * height // min(_SMALL, height)
    columns = np.arange(min(_SMALL, width)) * width // min(_SMALL, width)
    summed = np.add.reduceat(np.add.reduceat(grey, rows, axis=1), columns, axis=2)
    cells = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    made: Array = np.round(summed / cells / whole * (_BITS - 1)).astype(np.int8)
    return made


def coarse_signals(signals: Array) -> Array:
    """Return the peaks of pieces and some single values, in few levels of loudness.

    Both, as tones of one loudness have the same peaks, and clicks fall between values.

    Shape:
        N×C×T → N×C×K
    """
    length = signals.shape[2]
    begins = np.unique(np.arange(_PIECES) * length // _PIECES)
    peaks = np.maximum.reduceat(np.abs(signals), begins, axis=2)
    moments = signals[:, :, np.arange(_MOMENTS) * length // _MOMENTS]
    loudest = np.maximum(peaks.max(axis=(1, 2), keepdims=True), 1e-12)
    both = np.concatenate([peaks, moments], axis=2) / loudest
    made: Array = np.round(both * (_BITS - 1)).astype(np.int8)
    return made
