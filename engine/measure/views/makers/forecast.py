"""A series continued by the network alone: every answer becomes an input.

Arrays: `curve` L×2 (place, forecast) and `points` L×2 (place, true value; only with a
target), in the units of the data set; place 1 follows the first window.
Words: `axes`.
"""

import numpy as np
import torch

from engine.i18n import tr
from engine.measure.views import classes
from engine.measure.views.subject import Array, Drawing, Subject


def draw(subject: Subject) -> Drawing:
    """Return the forecast from the first window on.

    Raises:
        ValueError: When the answer doesn't follow from the window.
    """
    if subject.answer is None:
        msg = tr("the answer does not depend on the window")
        raise ValueError(msg)
    windows = subject.inputs["window"]
    length = min(int(subject.number("length", 100)), len(windows))
    window, found = windows[:1], []
    for _ in range(length):
        following = subject.answer(window)
        found.append(following.reshape(1, 1))
        window = torch.cat([window[:, 1:], following.reshape(1, 1, 1)], dim=1)
    scaled = torch.cat(found).double().cpu().numpy()
    places = np.arange(1, length + 1, dtype=np.float64)
    values = subject.restored("input", scaled)[:, 0]
    arrays: dict[str, Array] = {
        "curve": classes.small(np.stack([places, values], axis=1))
    }
    if subject.has("target"):
        truth = subject.numbers("target")[:length, 0]
        arrays["points"] = classes.small(np.stack([places, truth], axis=1))
    return arrays, {
        "axes": (tr("steps ahead"), *subject.names.get("target", ("value",))[:1])
    }
