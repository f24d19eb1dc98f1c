"""Tables: one row of features per sample, and a label or a target."""

import numpy as np

from engine.data.folder import read_arrays
from engine.data.parts import Parts
from engine.data.settings import Settings
from engine.data.split import chosen, generator, split_rows, subset


def read(settings: Settings) -> Parts:
    """Return both parts of a stored table.

    Shape:
        features: B×F; label: B, or target: B×1
    """
    arrays = dict(read_arrays(settings.spec.id))
    if "label" in arrays:
        arrays["label"] = arrays["label"].astype(np.int64)
    random = generator(settings.seed)
    kept = subset(chosen(arrays, settings.classes), settings.samples, random)
    return split_rows(kept, settings.validation, random)
