"""Images side by side.

Arrays: `pixels` uint8 N×H×W×C, `range` (values of black and white), `labels` N
(class of each image, only when they come from a data set with classes).
Words: `classes`.
"""

import numpy as np

from engine.measure.views import pixels
from engine.measure.views.subject import Array, Drawing, Subject, host


def draw(subject: Subject) -> Drawing:
    """Return `count` images, evenly spread over the samples."""
    shown = subject.shown(len(subject.inputs["input"]))
    images = host(subject.inputs["input"])[shown].astype(np.float64)
    low, high = pixels.limits(images, str(subject.params.get("range")))
    arrays: dict[str, Array] = {
        "pixels": pixels.tiles(images, low, high),
        "range": np.array([low, high]),
    }
    if subject.labels is None:
        return arrays, {}
    arrays["labels"] = host(subject.labels)[shown].astype(np.int64)
    return arrays, {"classes": subject.label_names}
