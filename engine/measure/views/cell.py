"""The samples in one cell of a confusion matrix, the worst first.

Arrays and words are those of `predictions`, with `labels` and `answers` alike in all
rows; `total` says how many samples the cell has. Tokens of a text stand as words in
`texts`, one a sample.
"""

import numpy as np

from engine.measure.views import classes
from engine.measure.views.makers import predictions
from engine.measure.views.subject import Drawing, Subject

KIND = "matrix_cell"
MOST = 120
"""Samples that are told; nobody scrolls through more."""


def draw(subject: Subject, right: int, answer: int) -> Drawing:
    """Return the samples of class `right` that got the class `answer`.

    Args:
        subject: Of a confusion matrix; the port `sample` has what the network reads.
        right: Their class.
        answer: What the network takes them for.
    """
    arrays, losses, words = predictions.of_classes(subject)
    chosen_M = (arrays["labels"] == right) & (arrays["answers"] == answer)
    inside = np.flatnonzero(chosen_M & classes.counted(subject))
    worst = inside[predictions.worst_first(losses[inside])][:MOST]
    chosen = predictions.chosen(subject, arrays, losses, worst)
    words |= {"total": (str(len(inside)),)}
    if subject.has("sample"):
        predictions.add_sample(subject, chosen, words)
    return chosen, words
