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
from engine.measure.views.scene import Drawing, Scene
from engine.protocol.arrays import Floats


def draw(scene: Scene) -> Drawing:
    """Return the regions, and the samples on top."""
    points = scene.inputs["points"]
    raw = scene.raw("points")[:, :2]
    scores = _rows(scene.inputs["input"])
    shown = scene.shown(len(raw))
    arrays = {
        "points": classes.small(_restored(scene, raw)[shown]),
        "answers": classes.answers(scores, scene.params)[shown],
    }
    if scene.has("target"):
        arrays["labels"] = classes.labels_of(scene.inputs["target"])[shown]
    square = Square.around(raw)
    corners = _restored(scene, square.limits().reshape(2, 2).T)
    arrays["limits"] = corners.T.ravel()
    if scene.answer is not None:
        resolution = int(scene.number("resolution", 64))
        asked = _asked(points, square.centres(resolution))
        there = _rows(scene.answer(asked))
        size = (resolution, resolution)
        certainty = classes.shares(there, scene.params).max(axis=1)
        region = classes.answers(there, scene.params)
        arrays["region"] = region.astype(np.int16).reshape(size)
        arrays["certainty"] = classes.small(certainty.reshape(size))
    names = classes.names(scene.classes, max(scores.shape[1], 2))
    axes = scene.names.get("points", ("x₁", "x₂"))[:2]
    return arrays, {"classes": names, "axes": axes}


def _asked(points: Tensor, centres_K2: Floats) -> Tensor:
    """Return cells as inputs; features after the second have their mean."""
    rest = points.reshape(len(points), -1).mean(dim=0)
    asked = rest.expand(len(centres_K2), -1).clone()
    asked[:, :2] = torch.as_tensor(centres_K2).to(asked)
    return asked.reshape(-1, *points.shape[1:])


def _rows(scores: Tensor) -> Tensor:
    return scores.reshape(len(scores), -1)


def _restored(scene: Scene, values_K2: Floats) -> Floats:
    """Undo the scaling of the first two features."""
    if "points" not in scene.undo:
        return values_K2
    width = scene.raw("points").shape[1]
    padded = np.zeros((len(values_K2), width))
    padded[:, :2] = values_K2
    return scene.restored("points", padded)[:, :2]
