"""Images as bytes.

Axes: N images, C channels, H rows, W columns.
"""

import numpy as np

from engine.measure.views.subject import Array
from engine.protocol.arrays import Floats

RANGES = {"0…1": (0.0, 1.0), "−1…1": (-1.0, 1.0)}
LARGEST_PX = 256


def is_image(shape: tuple[int, ...]) -> bool:
    """Return whether one sample of this shape (without N) is an image."""
    channels = shape[0] if len(shape) == 3 else 1
    return len(shape) in {2, 3} and channels in {1, 3} and min(shape[-2:]) > 1


def limits(images: Floats, wish: str) -> tuple[float, float]:
    """Return what is black and what is white.

    Automatic is 0…1 or −1…1 when all values lie there, otherwise all there is.
    """
    if wish in RANGES:
        return RANGES[wish]
    finite = images[np.isfinite(images)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    for black, white in RANGES.values():
        if low >= black and high <= white:
            return black, white
    return low, high


def tiles(images: Floats, low: float, high: float) -> Array:
    """Return images as uint8 N×H×W×C with 1 or 3 channels; NaN is black.

    Args:
        images: N×C×H×W or N×H×W. Of other numbers of channels the first is taken.
        low: Value of black.
        high: Value of white.
    """
    if images.ndim == 3:
        images = images[:, None]
    if images.shape[1] not in {1, 3}:
        images = images[:, :1]
    step = -(-max(images.shape[2:]) // LARGEST_PX)
    images = images[:, :, ::step, ::step]
    scaled = (np.nan_to_num(images, nan=low) - low) / ((high - low) or 1.0)
    levels = np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(0, 2, 3, 1))
