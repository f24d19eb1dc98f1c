"""Pictures in few colours, so that they are small."""

import numpy as np
from PySide6.QtGui import QImage

_COLOURS, _COMMONEST = 256, 96


def reduced(image: QImage, bits: int) -> QImage:
    """Return an image in 256 of its colours, the others in the nearest.

    The commonest are kept, then those that are far from all that are: a small green
    sign stays green. Colours are told apart by so many bits of each channel; of those
    that are alike the commonest stands for all, so that the ground stays as it is.
    """
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    height, width = image.height(), image.width()
    words = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width]
    coarse = 0xFF & (0xFF << (8 - bits))
    mask = coarse << 16 | coarse << 8 | coarse
    exact, places, counts = np.unique(words, return_inverse=True, return_counts=True)
    _, alike = np.unique(exact & mask, return_inverse=True)
    order = np.lexsort((-counts, alike))  # in each group the commonest is first
    first = np.r_[True, np.diff(alike[order]) > 0]
    colours, places = exact[order[first]], alike[places]
    counts = np.bincount(alike, weights=counts).astype(int)
    kept = _kept(colours, counts)
    far = [_apart(colours, colour) for colour in kept]
    indices = np.argmin(far, axis=0).astype(np.uint8)[places.reshape(height, width)]
    result = QImage(width, height, QImage.Format.Format_Indexed8)
    result.setColorTable([0xFF000000 | int(colour) for colour in kept])
    target = np.frombuffer(result.bits(), np.uint8).reshape(height, -1)
    target[:, :width] = indices
    return result


def _kept(colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the colours that stand for all."""
    order = np.argsort(-counts)
    colours, weights = colours[order], np.sqrt(counts[order])
    kept = [*colours[:_COMMONEST]]
    far = np.min([_apart(colours, colour) for colour in kept], axis=0)
    while len(kept) < min(_COLOURS, len(colours)):
        kept.append(colours[np.argmax(weights * far)])
        far = np.minimum(far, _apart(colours, kept[-1]))
    return np.array(kept)


def _apart(colours: np.ndarray, colour: int) -> np.ndarray:
    """Return how far colours are from one, squared."""
    parts = [(colours >> s & 255).astype(int) - (colour >> s & 255) for s in (0, 8, 16)]
    return sum(part**2 for part in parts)
