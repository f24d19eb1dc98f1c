"""Sets of images: grey levels with one channel, and labels."""

import numpy as np

from engine.data.folder import read_arrays
from engine.data.parts import Parts
from engine.data.settings import Settings
from engine.data.split import generator, split_rows, subset


def read(settings: Settings) -> Parts:
    """Return both parts of a stored set of images.

    Shape:
        image: B×1×H×W grey levels as stored; label: B
    """
    stored = read_arrays(settings.spec.id)
    arrays = {
        "image": stored["image"][:, np.newaxis],
        "label": stored["label"].astype(np.int64),
    }
    random = generator(settings.seed)
    kept = subset(arrays, settings.samples, random)
    return split_rows(kept, settings.validation, random)
