"""Arrays as pictures: signed numbers in two colours, samples as they look."""

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from engine.protocol.arrays import Floats, Pixels
from workbench.theme import tokens

LEVELS = 255


@lru_cache(maxsize=8)
def _colours(theme: str, ground: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    """Return 2·LEVELS + 1 colours from minus over nothing to plus, as 0xffRRGGBB."""
    shades = tokens.THEMES[theme]
    steps = range(-LEVELS, LEVELS + 1)
    return np.array(
        [QColor(shades.signed(step / LEVELS, ground)).rgba() for step in steps],
        np.uint32,
    )


def signed(values: Floats, scale: float, ground: str = "bg2") -> QImage:
    """Return a matrix as a picture of a pixel a number; what is no number is red.

    Args:
        values: Rows × columns.
        scale: Size of the strongest colours.
        ground: Token of the colour of 0.
    """
    theme = tokens.current()
    known = np.isfinite(values)
    levels = np.where(known, values, 0.0) / (scale or 1.0) * LEVELS
    index = np.clip(np.rint(levels), -LEVELS, LEVELS).astype(np.int64) + LEVELS
    pixels = _colours(theme.name, ground)[index]
    pixels = np.where(known, pixels, np.uint32(QColor(theme.err).rgba()))
    return _image(np.ascontiguousarray(pixels, np.uint32))


def _image(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint32]]") -> QImage:
    height, width = pixels.shape
    form = QImage.Format.Format_RGB32
    return QImage(pixels.data, width, height, 4 * width, form).copy()


def sample(levels: Pixels) -> QImage:
    """Return a sample as a picture.

    Args:
        levels: H×W×C with 1 or 3 channels.
    """
    height, width, channels = levels.shape
    colours = np.repeat(levels, 3, axis=2) if channels == 1 else levels[:, :, :3]
    data = np.ascontiguousarray(colours)
    form = QImage.Format.Format_RGB888
    return QImage(data.data, width, height, 3 * width, form).copy()


def strip(maps: Pixels) -> QImage:
    """Return small maps beside each other, a pixel apart.

    Args:
        maps: K×H×W.
    """
    count, height, width = maps.shape
    ground = QColor(tokens.current().canvas).lightness()
    row = np.full((height, count * (width + 1) - 1), ground, np.uint8)
    for index in range(count):
        left = index * (width + 1)
        row[:, left : left + width] = maps[index]
    return sample(row[:, :, None])


def scale_of(values: Floats) -> float:
    """Return the largest size of the finite numbers; 1 where there are none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0
