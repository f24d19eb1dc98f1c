"""Output and target over one input number.

Arrays: `curve` P×2 (x, output), from left to right; `points` N×2 (x, target; only
with a target). Words: `axes`.
"""

import numpy as np
import torch

from engine.measure.views import classes
from engine.measure.views.subject import Array, Drawing, Subject
from engine.protocol.arrays import Floats

NUM_PLACES = 256
"""Places where the network is asked, evenly spaced over the samples' range."""


def draw(subject: Subject) -> Drawing:
    """Return the curve; where it can't be asked elsewhere, through the samples."""
    arrays: dict[str, Array] = {"curve": classes.small(_curve(subject))}
    if subject.has("target"):
        x, y = subject.numbers("x")[:, 0], subject.numbers("target")[:, 0]
        shown = subject.shown(len(x))
        arrays["points"] = classes.small(np.stack([x, y], axis=1)[shown])
    x_name = subject.names.get("x", ("x",))[:1]
    return arrays, {"axes": x_name + subject.names.get("target", ("y",))[:1]}


def _curve(subject: Subject) -> Floats:
    x = subject.raw("x")
    if subject.answer is None or not len(x):
        y = subject.numbers("input")[:, 0]
        x = subject.numbers("x")[:, 0]
        order = np.argsort(x, kind="stable")
        return np.stack([x[order], y[order]], axis=1)
    places = np.repeat(x.mean(axis=0, keepdims=True), NUM_PLACES, axis=0)
    places[:, 0] = np.linspace(x[:, 0].min(), x[:, 0].max(), NUM_PLACES)
    like = subject.inputs["x"]
    asked = torch.as_tensor(places).to(like).reshape(-1, *like.shape[1:])
    output = subject.answer(asked)
    y_P1 = output.detach().reshape(len(output), -1).double().cpu().numpy()
    there = subject.restored("x", places)[:, 0]
    return np.stack([there, subject.restored("input", y_P1)[:, 0]], axis=1)
