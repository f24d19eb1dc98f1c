"""Every sample as a point.

Arrays: `points` N×2; with a target of class numbers `labels` N, with a decimal one
`values` N. Words: `classes`, `axes`, and `value`, the name of a decimal target.
"""

import numpy as np

from engine.measure.views import classes
from engine.measure.views.scene import Array, Drawing, Scene


def draw(scene: Scene) -> Drawing:
    """Return the first two features of the samples."""
    numbers = scene.numbers("input")
    shown = scene.shown(len(numbers))
    if numbers.shape[1] == 1:
        numbers = np.concatenate([numbers, np.zeros_like(numbers)], axis=1)
    arrays: dict[str, Array] = {"points": classes.small(numbers[shown, :2])}
    words = {"axes": scene.names.get("input", ("x₁", "x₂"))[:2]}
    if not scene.has("target"):
        return arrays, words
    if scene.inputs["target"].is_floating_point():
        arrays["values"] = classes.small(scene.numbers("target")[shown, 0])
        return arrays, words | {"value": scene.names.get("target", ())[:1]}
    labels = scene.numbers("target")[shown, 0].astype(np.int64)
    arrays["labels"] = labels
    count = int(labels.max(initial=-1)) + 1
    known = scene.classes or classes.names((), count)
    return arrays, words | {"classes": known}
