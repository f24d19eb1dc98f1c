"""Which class is taken for which, over all samples.

Arrays: `counts` C×C, rows are the right class, columns the answer. Words: `classes`.
"""

import numpy as np

from engine.measure.views import classes
from engine.measure.views.subject import Drawing, Subject


def draw(subject: Subject) -> Drawing:
    """Return the counts; labels that are no class don't count."""
    scores, labels = classes.judged(subject)
    answers = classes.answers(scores, subject.params)
    size = max(scores.shape[1], 2)
    known = (labels >= 0) & (labels < size) & classes.counted(subject)
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (labels[known], answers[known]), 1)
    return {"counts": counts}, {"classes": classes.names(subject.classes, size)}
