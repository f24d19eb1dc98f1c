"""How scores become classes, and how sure they are. The same rules as accuracy's.

Axes: N samples, M all places that are judged, C classes.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.layers.spec import Params
from engine.measure.views.subject import Array, Subject, host
from engine.protocol.arrays import Floats, Ints

_TINY = 1e-12


def is_single(scores: Tensor, num_places: int) -> bool:
    """Return whether one score per place means yes (from the threshold on) or no.

    Shape:
        N×…
    """
    return scores.numel() == num_places


def rows(scores: Tensor, labels: Tensor, wish: str) -> Tensor:
    """Return scores as M×C, wherever their classes stand.

    Shape:
        scores N×…×C×…, labels N×… → M×C
    """
    last = scores.dim() - 1
    is_second = wish != "last" and scores.shape[:-1] != labels.shape
    dim = 1 if wish == "1" or is_second else last
    return scores.movedim(dim, -1).reshape(-1, scores.shape[dim])


def shares(scores: Tensor, params: Params) -> Floats:
    """Return scores M×C (or M×1) as shares M×C of all classes (M×2).

    Rows that are shares already stay as they are; others go through softmax. A
    single score with a threshold inside 0..1 is a share of “yes” itself; with any
    other threshold it goes through the logistic function.

    Shape:
        M×C or M×1 → M×C or M×2
    """
    values = host(scores).astype(np.float64)
    if values.shape[1] == 1:
        return _yes_and_no(values, params.get("threshold"))
    if _are_shares(values):
        return values
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    softmax: Floats = raised / raised.sum(axis=1, keepdims=True)
    return softmax


def _yes_and_no(values_M1: Floats, threshold: object) -> Floats:
    edge = float(threshold) if isinstance(threshold, int | float) else 0.0
    if 0 < edge < 1:
        yes = np.clip(values_M1, 0.0, 1.0)
    else:
        yes = 0.5 * (1 + np.tanh((values_M1 - edge) / 2))
    return np.concatenate([1 - yes, yes], axis=1)


def _are_shares(values_MC: Floats) -> bool:
    inside = ((values_MC >= 0) & (values_MC <= 1 + 1e-4)).all()
    return bool(inside) and bool(np.allclose(values_MC.sum(axis=1), 1, atol=1e-3))


def surprise(shares_MC: Floats, labels_M: Ints) -> Floats:
    """Return −ln of the share that the right class got."""
    given = shares_MC[np.arange(len(labels_M)), labels_M]
    losses: Floats = -np.log(np.maximum(given, _TINY))
    return losses


def answers(scores: Tensor, params: Params) -> Ints:
    """Return the class of each row of scores M×C (or M×1).

    Shape:
        M×C or M×1 → M
    """
    if scores.shape[1] == 1:
        edge = params.get("threshold")
        limit = float(edge) if isinstance(edge, int | float) else 0.0
        return host(scores[:, 0] >= limit).astype(np.int64)
    return host(scores.argmax(1)).astype(np.int64)


def judged(subject: Subject) -> tuple[Tensor, Ints]:
    """Return the scores of `input` as M×C (or M×1) and the classes of `target`.

    Shape:
        scores M×C or M×1, classes M
    """
    scores, target = subject.inputs["input"], subject.inputs["target"]
    if is_single(scores, target.numel()):
        yes = host(target.reshape(-1) > 0.5).astype(np.int64)
        return scores.reshape(-1, 1), yes
    wish = str(subject.params.get("class_dim", "automatic"))
    labels: Ints = host(target.reshape(-1)).astype(np.int64)
    return rows(scores, target, wish), labels


def counted(subject: Subject) -> npt.NDArray[np.bool_]:
    """Return which places count: all but those with the ignored label."""
    target, ignored = (
        subject.inputs["target"].reshape(-1),
        subject.params.get("ignore_index"),
    )
    if not isinstance(ignored, int):
        return np.ones(len(target), dtype=bool)
    return host(target != ignored).astype(bool)


def labels_of(target: Tensor) -> Ints:
    """Return class numbers of a target; of decimal ones, 1 above one half.

    Shape:
        N×… → M
    """
    if target.is_floating_point():
        target = target.reshape(len(target), -1)[:, 0] > 0.5
    return host(target.reshape(-1).to(torch.int64)).astype(np.int64)


def names(known: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return a name for each of `count` classes; numbers where none are known."""
    return known[:count] + tuple(str(n) for n in range(len(known), count))


def small(values: Array) -> Array:
    """Return values as float32: exact enough to draw, half the bytes."""
    return values.astype(np.float32)
