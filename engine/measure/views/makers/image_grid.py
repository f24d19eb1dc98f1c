"""Images side by side.

Arrays: `pixels` uint8 N×H×W×C, `range` (values of black and white), `labels` N
(class of each image, only when they come from a data set with classes).
Words: `classes`.
"""

import numpy as np

from engine.measure.views import pixels
from engine.measure.views.scene import Array, Drawing, Scene, host


def draw(scene: Scene) -> Drawing:
    """Return `count` images, evenly spread over the samples."""
    shown = scene.shown(len(scene.inputs["input"]))
    images = host(scene.inputs["input"])[shown].astype(np.float64)
    low, high = pixels.limits(images, str(scene.params.get("range")))
    arrays: dict[str, Array] = {
        "pixels": pixels.tiles(images, low, high),
        "range": np.array([low, high]),
    }
    if scene.labels is None:
        return arrays, {}
    arrays["labels"] = host(scene.labels)[shown].astype(np.int64)
    return arrays, {"classes": scene.label_names}
