"""A few samples of images, signals and texts, as they are drawn.

Axes: N samples, C×H×W channels and pixels, T moments.
"""

from collections import Counter
from typing import Any

import numpy as np

from engine.data.material.material import Material, Numbers
from engine.layers.datasets.own import OwnColumn
from engine.protocol.data.surveys import DataPreview

IMAGES, SIGNALS, MOMENTS = 120, 12, 1200
LETTERS, TOKENS, LINES = 900, 24, 6
_SIDE = 96


def previews(material: Material) -> tuple[DataPreview, ...]:
    """Return a preview of each column that is more than a number or a class."""
    found = [_of(material, column) for column in material.columns]
    return tuple(each for each in found if each is not None)


def _of(material: Material, column: OwnColumn) -> DataPreview | None:
    values: Any = material.values.get(column.name)
    if values is None:
        return None
    if column.kind == "image" and values.ndim == 4:
        picked = _spread(len(values), IMAGES)
        pixels = shown(values[picked])
        return DataPreview(column.name, "images", pixels, _labels(material, picked))
    if column.kind == "signal" and values.ndim in {2, 3}:
        picked = _spread_by_class(material, len(values), SIGNALS)
        waves = values[picked].reshape(len(picked), -1)[:, :MOMENTS]
        waves = waves.astype(np.float32)
        return DataPreview(column.name, "signals", waves, _labels(material, picked))
    return _text(material, column, values) if column.kind == "text" else None


def shown(pixels: Any) -> Any:  # noqa: ANN401 - an array of any numbers
    """Return images as bytes, no side much longer than on the screen.

    Shape:
        N×C×H×W → N×C×h×w
    """
    side = max(pixels.shape[2:])
    step = max(1, -(-side // _SIDE))
    pixels = pixels[:, :, ::step, ::step]
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    low, high = float(pixels.min()), float(pixels.max())
    scaled = (pixels - low) / max(high - low, 1e-12) * 255
    return np.ascontiguousarray(scaled.round().astype(np.uint8))


def _spread(count: int, most: int) -> Numbers:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _spread_by_class(material: Material, count: int, most: int) -> Numbers:
    """Return rows of different classes where there are such."""
    goal = material.target
    if goal is None or goal.kind != "category":
        return _spread(count, most)
    codes: Any = material.values[goal.name]
    first = [np.flatnonzero(codes == code) for code in range(len(goal.classes))]
    order = [rows[turn] for turn in range(most) for rows in first if turn < len(rows)]
    return np.array(order[:most], np.int64)


def _labels(material: Material, rows: Numbers) -> tuple[str, ...]:
    goal = material.target
    if goal is None:
        return tuple("" for _ in rows)
    values: Any = material.values[goal.name][rows]
    if goal.kind == "category":
        return tuple(goal.classes[int(v)] if v >= 0 else "" for v in values)
    return tuple(f"{float(v):.4g}" for v in values)


def _text(
    material: Material, column: OwnColumn, values: Any  # noqa: ANN401 - an array of texts
) -> DataPreview:  # fmt: skip
    words, counts = _beginning(material, column, values)
    most = counts.most_common(TOKENS)
    return DataPreview(
        column.name,
        "text",
        np.zeros(0, np.uint8),
        (words, *(token for token, _ in most)),
        tuple(count for _, count in most),
    )


def _beginning(
    material: Material, column: OwnColumn, values: Any  # noqa: ANN401 - an array of texts
) -> tuple[str, Counter[str]]:  # fmt: skip
    if values.dtype.kind == "i":  # tokens of a built-in text
        tokens = [column.classes[int(t)] for t in values[::4].reshape(-1)[:200_000]]
        return "".join(tokens[:LETTERS]), Counter(tokens)
    texts = [str(text) for text in values[:20_000] if text is not None]
    if _is_one(material):
        whole = "".join(texts)
        return whole[:LETTERS], Counter(whole[:500_000])
    lines = "\n\n".join(text[: LETTERS // LINES] for text in texts[:LINES])
    return lines, Counter("".join(texts)[:500_000])


def _is_one(material: Material) -> bool:
    return bool(material.params.get("sample") == "text")
