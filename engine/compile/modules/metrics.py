"""Metrics, exact over a whole validation set however it is cut into batches.

Axes: M all places that are judged, C classes.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.compile.modules.classes import rows
from engine.errors import UnknownLayerError
from engine.layers.spec import Value

Params = Mapping[str, Value]


class Metric(Protocol):
    """Collects batches and gives one number."""

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        """Take the inputs of one batch, in port order.

        Shape:
            as of the metric's ports, samples first
        """

    def value(self) -> float:
        """Return the metric over all batches so far; NaN without any."""


def build_metric(type_id: str, params: Params) -> Metric:
    """Return a fresh metric.

    Args:
        type_id: Id of a metric in the catalogue.
        params: Complete.

    Raises:
        UnknownLayerError: When there is no such metric.
    """
    if type_id not in _METRICS:
        raise UnknownLayerError(type_id, _METRICS)
    metric = _METRICS[type_id](params)
    ignored = params.get("ignore_index")
    if not isinstance(ignored, int) or type_id == "exact_match":
        return metric
    return _Counted(metric, ignored, str(params["class_dim"]))


def class_dim(scores: Tensor, target: Tensor, wish: str) -> int:
    """Return the dimension of the classes; the target lacks it.

    Shape:
        scores N×C×… or N×…×C, target N×…
    """
    last = scores.dim() - 1
    if wish == "1" or (wish != "last" and scores.shape[:-1] != target.shape):
        return 1
    return last


def scored(inputs: tuple[Tensor, ...], wish: str) -> tuple[Tensor, Tensor]:
    """Return scores M×C and labels M.

    Shape:
        scores N×…×C×…, target N×… → M×C, M
    """
    scores, target = inputs[0], inputs[1]
    scores_MC = rows(scores, class_dim(scores, target, wish))
    return scores_MC, target.reshape(-1).to(torch.int64)


def decided(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, Tensor, int]:
    """Return answers M, labels M and the number of classes.

    A single score per label means yes (1) from the threshold on, otherwise no (0).

    Shape:
        scores N×…×C×…, target N×… → M, M
    """
    scores, target = inputs[0], inputs[1]
    threshold = params["threshold"]
    assert isinstance(threshold, int | float)
    if scores.numel() == target.numel():
        answers = (scores.reshape(-1) >= threshold).to(torch.int64)
        return answers, (target.reshape(-1) > 0.5).to(torch.int64), 2
    scores_MC, labels_M = scored(inputs, str(params["class_dim"]))
    return scores_MC.argmax(1), labels_M, scores_MC.shape[1]


class _Counted:
    """A metric of the places whose label counts.

    Args:
        metric: Of scores and labels.
        ignored: The label that doesn't count.
        wish: Where the classes stand in the scores.
    """

    def __init__(self, metric: Metric, ignored: int, wish: str) -> None:
        self._metric, self._ignored, self._wish = metric, ignored, wish

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        scores, target = inputs[0], inputs[1]
        kept_M = (target != self._ignored).reshape(-1)
        if not kept_M.any():
            return
        if scores.numel() == target.numel():
            scores_M = scores.reshape(-1)
        else:
            scores_M = rows(scores, class_dim(scores, target, self._wish))
        self._metric.update((scores_M[kept_M], target.reshape(-1)[kept_M]))

    def value(self) -> float:
        return self._metric.value()


class _Mean:
    """Sum of a number over all places, divided by their count."""

    def __init__(
        self,
        batch_sum: Callable[[tuple[Tensor, ...]], tuple[Tensor, int]],
        finish: Callable[[float], float] = float,
    ) -> None:
        self._batch_sum, self._finish = batch_sum, finish
        self._sum, self._count = 0.0, 0

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        total, count = self._batch_sum(inputs)
        self._sum += float(total)
        self._count += count

    def value(self) -> float:
        return self._finish(self._sum / self._count) if self._count else math.nan


def _accuracy(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, int]:
    chosen = params["classes"]
    assert isinstance(chosen, tuple | list)
    if chosen:
        answers_M, labels_M = _among(inputs, params)
    else:
        answers_M, labels_M, _ = decided(inputs, params)
    return (answers_M == labels_M).sum(), labels_M.numel()


def _among(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, Tensor]:
    """Return answers M and labels M when only some classes can be the answer."""
    scores_MC, labels_M = scored(inputs, str(params["class_dim"]))
    classes_K = torch.as_tensor(params["classes"], device=scores_MC.device)
    return classes_K[scores_MC[:, classes_K].argmax(1)], labels_M


def _top_k(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, int]:
    scores_MC, labels_M = scored(inputs, str(params["class_dim"]))
    k = params["k"]
    assert isinstance(k, int)
    best_MK = scores_MC.topk(min(k, scores_MC.shape[1]), dim=1).indices
    return (best_MK == labels_M.unsqueeze(1)).any(1).sum(), labels_M.numel()


def _surprise(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, int]:
    scores_MC, labels_M = scored(inputs, str(params["class_dim"]))
    scores_MC = _precise(scores_MC)
    labels_M = labels_M.to(scores_MC.device)
    total = F.cross_entropy(scores_MC, labels_M, reduction="sum")
    return total, labels_M.numel()


def _absolute(inputs: tuple[Tensor, ...]) -> tuple[Tensor, int]:
    return _difference(inputs).abs().sum(), inputs[0].numel()


def _squared(inputs: tuple[Tensor, ...]) -> tuple[Tensor, int]:
    return _difference(inputs).square().sum(), inputs[0].numel()


def _difference(inputs: tuple[Tensor, ...]) -> Tensor:
    return _precise(inputs[0]) - _precise(inputs[1])


def _precise(tensor: Tensor) -> Tensor:
    """Return it in float64, on the processor where the device has none."""
    return (tensor.cpu() if tensor.device.type == "mps" else tensor).double()


def _exact(inputs: tuple[Tensor, ...], params: Params) -> tuple[Tensor, int]:
    scores, target = inputs[0], inputs[1]
    dim = class_dim(scores, target, str(params["class_dim"]))
    right = (scores.argmax(dim) == target).reshape(len(target), -1)
    ignored = params.get("ignore_index")
    if not isinstance(ignored, int):
        return right.all(1).sum(), len(target)
    counts = (target != ignored).reshape(len(target), -1)
    judged_N = counts.any(1)
    return ((right | ~counts).all(1) & judged_N).sum(), int(judged_N.sum())


class _Coverage:
    """How many points are near centres on a circle, and near how many of these."""

    def __init__(self, params: Params) -> None:
        named = ("modes", "radius", "sigma", "factor")
        modes, radius, sigma, factor = (_number(params, name) for name in named)
        angle = torch.arange(int(modes)) * (2 * math.pi / modes)
        self._centres = radius * torch.stack([angle.cos(), angle.sin()], dim=1)
        self._limit, self._of_modes = sigma * factor, params["measure"] == "modes"
        self._near = torch.zeros(int(modes))
        self._count = 0

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        points = inputs[0].detach().float().cpu()
        self._count += len(points)
        distances, nearest = torch.cdist(points, self._centres).min(1)
        found = nearest[distances <= self._limit]
        self._near += torch.bincount(found, minlength=len(self._near))

    def value(self) -> float:
        if not self._count:
            return math.nan
        if self._of_modes:
            return float((self._near > 0).sum())
        return float(self._near.sum()) / self._count


def _number(params: Params, name: str) -> float:
    value = params[name]
    assert isinstance(value, int | float)
    return float(value)


class _Confusion:
    """Counts of right and wrong answers per class: F1, precision, recall.

    A class that neither occurs nor is answered doesn't count in the macro mean; one
    whose quotient is 0/0 counts as 0. With a single score, only “yes” is a class.
    """

    def __init__(self, params: Params, false_pos: float, false_neg: float) -> None:
        self._params = params
        self._false_pos, self._false_neg = false_pos, false_neg
        self._counts_CC: Tensor | None = None

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        answers_M, labels_M, classes = decided(inputs, self._params)
        flat = labels_M * classes + answers_M
        counts = torch.bincount(flat, minlength=classes**2).reshape(classes, classes)
        counts = counts.cpu().double()
        old = self._counts_CC
        self._counts_CC = counts if old is None else old + counts

    def value(self) -> float:
        if self._counts_CC is None:
            return math.nan
        right_C = self._counts_CC.diagonal()
        false_pos_C = self._counts_CC.sum(0) - right_C
        false_neg_C = self._counts_CC.sum(1) - right_C
        present_C = (right_C + false_pos_C + false_neg_C) > 0
        if len(right_C) == 2:
            present_C = torch.tensor([False, True])
        return self._average(
            right_C[present_C], false_pos_C[present_C], false_neg_C[present_C]
        )

    def _average(self, right: Tensor, false_pos: Tensor, false_neg: Tensor) -> float:
        if self._params["average"] == "micro":
            right, false_pos, false_neg = right.sum(), false_pos.sum(), false_neg.sum()
        below = right + self._false_pos * false_pos + self._false_neg * false_neg
        shares = torch.where(below > 0, right / below.clamp(min=1e-300), 0.0)
        return float(shares.mean())


class _R2:
    """1 − residual sum / total sum, from sums in float64 about a fixed origin."""

    def __init__(self) -> None:
        self._count, self._origin = 0, 0.0
        self._sum = self._squares = self._residual = 0.0

    def update(self, inputs: tuple[Tensor, ...]) -> None:
        output, target = _precise(inputs[0]), _precise(inputs[1])
        if not self._count:
            self._origin = float(target.mean())
        shifted = target - self._origin
        self._count += target.numel()
        self._sum += float(shifted.sum())
        self._squares += float(shifted.square().sum())
        self._residual += float((output - target).square().sum())

    def value(self) -> float:
        if not self._count:
            return math.nan
        total = self._squares - self._sum**2 / self._count
        return 1 - self._residual / total if total > 0 else math.nan


_METRICS: dict[str, Callable[[Params], Metric]] = {
    "accuracy": lambda params: _Mean(partial(_accuracy, params=params)),
    "top_k": lambda params: _Mean(partial(_top_k, params=params)),
    "perplexity": lambda params: _Mean(partial(_surprise, params=params), _exp),
    "mae": lambda _params: _Mean(_absolute),
    "rmse": lambda _params: _Mean(_squared, math.sqrt),
    "f1": lambda params: _Confusion(params, 0.5, 0.5),
    "precision": lambda params: _Confusion(params, 1.0, 0.0),
    "recall": lambda params: _Confusion(params, 0.0, 1.0),
    "r2": lambda _params: _R2(),
    "exact_match": lambda params: _Mean(partial(_exact, params=params)),
    "mode_coverage": _Coverage,
}


def _exp(mean: float) -> float:
    return math.exp(mean) if mean < 700 else math.inf
