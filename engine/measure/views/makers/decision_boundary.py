"""Which class the network answers everywhere in the plane.

Arrays: `limits` (left, right, lower, upper end), `points` N×2, `answers` N (class the
network gives each point), `labels` N (the right ones; only with a target), `region`
R×R classes of the cells and `certainty` R×R, the share of the answered class. The
first row of both is the lowest. Words: `classes`, `axes`.
"""

import numpy as np
import torch
from torch import Tensor

from engine.measure.views import classes
from engine.measure.views.plane import Square
from engine.measure.views.subject import Drawing, Subject
from engine.protocol.arrays import Floats


def draw(subject: Subject) -> Drawing:
    """Return the regions, and the samples on top."""
    points = subject.inputs["points"]
    raw = subject.raw("points")[:, :2]
    scores = _rows(subject.inputs["input"])
    shown = subject.shown(len(raw))
    arrays = {
        "points": classes.small(_restored(subject, raw)[shown]),
        "answers": classes.answers(scores, subject.params)[shown],
    }
    if subject.has("target"):
        arrays["labels"] = classes.labels_of(subject.inputs["target"])[shown]
    square = Square.around(raw)
    corners = _restored(subject, square.limits().reshape(2, 2).T)
    arrays["limits"] = corners.T.ravel()
    if subject.answer is not None:
        resolution = int(subject.number("resolution", 64))
        asked = _asked(points, square.centres(resolution))
        there = _rows(subject.answer(asked))
        size = (resolution, resolution)
        certainty = classes.shares(there, subject.params).max(axis=1)
        region = classes.answers(there, subject.params)
        arrays["region"] = region.astype(np.int16).reshape(size)
        arrays["certainty"] = classes.small(certainty.reshape(size))
    names = classes.names(subject.classes, max(scores.shape[1], 2))
    axes = subject.names.get("points", ("x₁", "x₂"))[:2]
    return arrays, {"classes": names, "axes": axes}


def _asked(points: Tensor, centres_K2: Floats) -> Tensor:
    """Return cells as inputs; features after the second have their mean."""
    rest = points.reshape(len(points), -1).mean(dim=0)
    asked = rest.expand(len(centres_K2), -1).clone()
    asked[:, :2] = torch.as_tensor(centres_K2).to(asked)
    return asked.reshape(-1, *points.shape[1:])


def _rows(scores: Tensor) -> Tensor:
    return scores.reshape(len(scores), -1)


def _restored(subject: Subject, values_K2: Floats) -> Floats:
    """Undo the scaling of the first two features."""
    if "points" not in subject.undo:
        return values_K2
    width = subject.raw("points").shape[1]
    padded = np.zeros((len(values_K2), width))
    padded[:, :2] = values_K2
    return subject.restored("points", padded)[:, :2]
