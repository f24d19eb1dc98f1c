"""Every sample as a point.

Arrays: `points` N×2; with a target of class numbers `labels` N, with a decimal one
`values` N. Words: `classes`, `axes`, and `value`, the name of a decimal target.
"""

import numpy as np

from engine.measure.views import classes
from engine.measure.views.subject import Array, Drawing, Subject


def draw(subject: Subject) -> Drawing:
    """Return the first two features of the samples."""
    numbers = subject.numbers("input")
    shown = subject.shown(len(numbers))
    if numbers.shape[1] == 1:
        numbers = np.concatenate([numbers, np.zeros_like(numbers)], axis=1)
    arrays: dict[str, Array] = {"points": classes.small(numbers[shown, :2])}
    words = {"axes": subject.names.get("input", ("x₁", "x₂"))[:2]}
    if not subject.has("target"):
        return arrays, words
    if subject.inputs["target"].is_floating_point():
        arrays["values"] = classes.small(subject.numbers("target")[shown, 0])
        return arrays, words | {"value": subject.names.get("target", ())[:1]}
    labels = subject.numbers("target")[shown, 0].astype(np.int64)
    arrays["labels"] = labels
    count = int(labels.max(initial=-1)) + 1
    known = subject.classes or classes.names((), count)
    return arrays, words | {"classes": known}
