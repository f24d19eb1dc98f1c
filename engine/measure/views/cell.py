"""The samples in one cell of a confusion matrix, the worst first.

Arrays and words are those of `predictions`, with `labels` and `answers` alike in all
rows; `total` says how many samples the cell has. Tokens of a text stand as words in
`texts`, one a sample.
"""

import numpy as np

from engine.measure.views import classes
from engine.measure.views.makers import predictions
from engine.measure.views.scene import Drawing, Scene

KIND = "matrix_cell"
MOST = 120
"""Samples that are told; nobody scrolls through more."""


def draw(scene: Scene, right: int, answer: int) -> Drawing:
    """Return the samples of class `right` that got the class `answer`.

    Args:
        scene: Of a confusion matrix; the port `sample` has what the network reads.
        right: Their class.
        answer: What the network takes them for.
    """
    arrays, losses, words = predictions.of_classes(scene)
    chosen_M = (arrays["labels"] == right) & (arrays["answers"] == answer)
    inside = np.flatnonzero(chosen_M & classes.counted(scene))
    worst = inside[predictions.worst_first(losses[inside])][:MOST]
    chosen = predictions.chosen(scene, arrays, losses, worst)
    words |= {"total": (str(len(inside)),)}
    if scene.has("sample"):
        predictions.add_sample(scene, chosen, words)
    return chosen, words
