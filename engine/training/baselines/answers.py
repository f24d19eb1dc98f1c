"""Answers that look at no input, learnt from the targets of the training part.

Each is the constant that is best for its score on what it was learnt from: the mean for
squared differences, the median for absolute ones, the shares of the classes for a
cross-entropy, the most frequent class where only the answer counts.

Axes: N samples, M all places that are judged, P places of a sample, C classes.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.compile.modules.losses import BCEWithLogits, Labelled
from engine.compile.modules.metrics import class_dim
from engine.protocol.baselines import Kind

_LEAST = 1e-30
"""Share of a class whose weight is 0: its logarithm is still a number."""
_FEW = 256
"""Samples that are added up at once."""
_LARGEST_TABLE = 20_000_000
"""Counts of classes at every place; beyond, there is no answer."""


class Answer(NamedTuple):
    """What is answered for every sample.

    Args:
        kind: How it was learnt.
        inputs: One sample of each input of the score, None for its target.
        chosen: Class that is always answered, −1 where there is no such.
    """

    kind: Kind
    inputs: tuple[Tensor | None, ...]
    chosen: int = -1


@dataclass(frozen=True)
class Asked:
    """A score, and what is known of it before any sample.

    Args:
        node: Of the loss or metric.
        shape: Of what it judges, without the batch.
        loss: Module of a loss, None for a metric.
    """

    node: FlatNode
    shape: tuple[int, ...]
    loss: nn.Module | None = None

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        value = self.node.params[name]
        assert isinstance(value, int | float)
        return float(value)

    def counts(self, labels: Tensor) -> Tensor:
        """Return which labels count.

        Shape:
            any → the same
        """
        ignored = self.node.params.get("ignore_index")
        if isinstance(self.loss, Labelled):
            ignored = self.loss.ignore_index
        every = torch.ones_like(labels, dtype=torch.bool)
        return labels != ignored if isinstance(ignored, int) else every


Learn = Callable[[Asked, Tensor], list[Answer]]
"""Targets of the training part, samples first → answers to choose from; none where
no honest one is known."""


def learnt(asked: Asked, targets: Tensor) -> list[Answer]:
    """Return the answers that a score could be given without looking at the input.

    Args:
        asked: The score.
        targets: Of the training part, samples first.

    Shape:
        targets N×…
    """
    learn = _LEARN.get(asked.node.type)
    if learn is None or not len(targets):
        return []
    is_finite = math.isfinite(float(_average(targets).sum()))
    return learn(asked, targets) if is_finite else []


def _fed(asked: Asked, constant: Tensor) -> tuple[Tensor | None, ...]:
    """Return the inputs of a score of two."""
    return constant.float().reshape(asked.shape), None


def _average(targets: Tensor) -> Tensor:
    """Return the mean over all samples; never more than a few are copied."""
    total = torch.zeros(targets.shape[1:], dtype=torch.float64)
    for some in torch.split(targets, _FEW):
        total += some.double().sum(0)
    return total / len(targets)


def _least_share(targets: Tensor) -> float:
    """Return the share of what was never seen: half a sample."""
    return 1 / (2 * len(targets) + 2)


# Classes


def _counted(asked: Asked, targets: Tensor, dim: int) -> Tensor | None:
    """Return how often each class occurs: C, or P×C where a sample is a picture.

    Texts are counted over all places. What is ignored is left out.
    """
    classes = asked.shape[dim - 1]
    if targets.is_floating_point():
        shares = targets.double().movedim(dim, -1)
        return shares.sum(0) if shares.dim() > 3 else shares.reshape(-1, classes).sum(0)
    is_picture = targets.dim() > 2
    places = math.prod(targets.shape[1:]) if is_picture else 1
    labels = targets.reshape(len(targets) if is_picture else -1, places)
    kept = asked.counts(labels)
    found = labels[kept]
    if not len(found) or int(found.min()) < 0 or int(found.max()) >= classes:
        return None
    if places * classes > _LARGEST_TABLE:
        return None
    flat = labels + torch.arange(places, device=labels.device) * classes
    counts = torch.bincount(flat[kept], minlength=places * classes).double()
    return counts.reshape((*targets.shape[1:], classes) if is_picture else (classes,))


def _shares(counts: Tensor, loss: nn.Module | None) -> Tensor:
    """Return the probabilities (…×C) with the least cross-entropy against counts.

    Classes that were never seen have the share of one sample together. A loss with
    class weights and smoothing has another minimum, at w·((1 − ε)·n + ε·N/C).
    """
    unseen = counts == 0
    counts = counts + unseen / unseen.sum(-1, keepdim=True).clamp(min=1)
    smoothing = getattr(loss, "label_smoothing", 0.0)
    total = counts.sum(-1, keepdim=True)
    counts = (1 - smoothing) * counts + smoothing * total / counts.shape[-1]
    if isinstance(loss, Labelled) and loss.class_weights is not None:
        counts = counts * loss.class_weights.to(counts)
    shares = counts / counts.sum(-1, keepdim=True)
    return shares.clamp(min=_LEAST)


def _as_scores(asked: Asked, per_class: Tensor, dim: int) -> Tensor:
    """Return numbers by class (C or P×C) where the score has its classes."""
    places = (*asked.shape[: dim - 1], *asked.shape[dim:])
    return per_class.expand(*places, per_class.shape[-1]).movedim(-1, dim - 1)


def _class_dim(asked: Asked, targets: Tensor) -> int:
    if isinstance(asked.loss, Labelled):
        return asked.loss.dim
    scores = torch.empty((1, *asked.shape), device="meta")
    return class_dim(scores, targets[:1], str(asked.node.params["class_dim"]))


def _by_share(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the shares of the classes as log-probabilities."""
    dim = _class_dim(asked, targets)
    counts = _counted(asked, targets, dim)
    if counts is None:
        return []
    scores = _as_scores(asked, _shares(counts, asked.loss).log(), dim)
    return [Answer("shares", _fed(asked, scores))]


def _by_class(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the most frequent class."""
    if math.prod(asked.shape) == math.prod(targets.shape[1:]):
        return _yes_or_no(asked, targets)
    dim = _class_dim(asked, targets)
    counts = _counted(asked, targets, dim)
    if counts is None:
        return []
    scores = _as_scores(asked, counts, dim)
    return [Answer("class", _fed(asked, scores), _chosen(asked, counts))]


def _chosen(asked: Asked, counts: Tensor) -> int:
    """Return the class that is answered everywhere, −1 where there is none."""
    if counts.dim() > 1 or asked.node.type == "top_k":
        return -1
    classes = asked.node.params.get("classes")
    few = classes if isinstance(classes, tuple | list) else ()
    among = [number for number in few if isinstance(number, int)]
    return max(among or range(len(counts)), key=lambda number: float(counts[number]))


def _yes_or_no(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with what is more frequent at each place."""
    counts = asked.counts(targets)
    yes = ((targets > 0.5) & counts).sum(0) * 2 > counts.sum(0)
    threshold = asked.number("threshold")
    scores = torch.where(yes, threshold + 1, threshold - 1)
    same = yes.all() or not yes.any()
    return [Answer("class", _fed(asked, scores), int(yes.any()) if same else -1)]


def _with_margin(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the most frequent class, ahead of the others by the margin."""
    counts = _counted(asked, targets, 1)
    if counts is None:
        return []
    chosen = int(counts.argmax())
    scores = torch.zeros(counts.shape).index_fill(0, torch.tensor([chosen]), 1.0)
    return [Answer("class", _fed(asked, scores * asked.number("margin")), chosen)]


# Yes or no as a probability, or as ±1


def _probability(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the share of yes at each place, or its logit."""
    if float(targets.min()) < 0 or float(targets.max()) > 1:
        return []
    least = _least_share(targets)
    yes = _average(targets).clamp(least, 1 - least)
    kind: Kind = "shares" if _is_binary(targets) else "mean"
    if asked.node.type == "bce":
        return [Answer(kind, _fed(asked, yes))]
    loss, factor = asked.loss, 1.0
    if isinstance(loss, BCEWithLogits) and loss.pos_weight is not None:
        factor = float(loss.pos_weight)
    return [Answer(kind, _fed(asked, (factor * yes).log() - (1 - yes).log()))]


def _is_binary(targets: Tensor) -> bool:
    return bool(((targets == 0) | (targets == 1)).all())


def _signed(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the more frequent sign at each place."""
    if not bool((targets.abs() == 1).all()):
        return []
    least = _least_share(targets)
    yes = _average(targets > 0).clamp(least, 1 - least)
    if asked.node.type == "soft_margin":
        return [Answer("shares", _fed(asked, yes.log() - (1 - yes).log()))]
    margin = asked.number("margin")
    signs = torch.where(yes > 0.5, margin, -margin)
    return [Answer("class", _fed(asked, signs))]


# Numbers


def _mean(asked: Asked, targets: Tensor) -> list[Answer]:
    return [Answer("mean", _fed(asked, _average(targets)))]


def _median(asked: Asked, targets: Tensor) -> list[Answer]:
    count = len(targets)
    low, high = (count + 1) // 2, count // 2 + 1
    numbers = targets if targets.is_floating_point() else targets.double()
    ends = (numbers.kthvalue(k, dim=0).values.double() for k in (low, high))
    return [Answer("median", _fed(asked, sum(ends, start=torch.zeros(())) / 2))]


def _either(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with mean or median: the loss lies between both."""
    return _mean(asked, targets) + _median(asked, targets)


def _rate(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with the mean count, or its logarithm."""
    if float(targets.min()) < 0:
        return []
    mean = _average(targets).clamp(min=_least_share(targets))
    is_log = bool(asked.node.params["log_input"])
    return [Answer("mean", _fed(asked, mean.log() if is_log else mean))]


def _with_spread(asked: Asked, targets: Tensor) -> list[Answer]:
    """Answer with mean and variance."""
    if len(asked.node.inputs) != 3:
        return []
    variance = targets.double().var(0, correction=0).float().reshape(asked.shape)
    return [Answer("mean", (*_fed(asked, _average(targets)), variance))]


_LEARN: Mapping[str, Learn] = {
    **dict.fromkeys(("cross_entropy", "nll", "perplexity"), _by_share),
    **dict.fromkeys(("accuracy", "top_k", "f1", "precision"), _by_class),
    **dict.fromkeys(("recall", "exact_match"), _by_class),
    "multi_margin": _with_margin,
    **dict.fromkeys(("bce", "bce_with_logits"), _probability),
    "multilabel_soft_margin": _probability,
    **dict.fromkeys(("hinge", "soft_margin"), _signed),
    **dict.fromkeys(("mse", "rmse", "r2"), _mean),
    **dict.fromkeys(("l1", "mae"), _median),
    **dict.fromkeys(("huber", "smooth_l1", "log_cosh"), _either),
    "poisson_nll": _rate,
    "gaussian_nll": _with_spread,
}
HIGHER = frozenset({"accuracy", "top_k", "f1", "precision", "recall", "exact_match",
                    "r2"})  # fmt: skip
"""Scores that are better the higher they are."""
NUMBERS = frozenset({"mse", "rmse", "r2", "l1", "mae", "huber", "smooth_l1",
                     "log_cosh"})  # fmt: skip
"""Scores of differences: a forecast may repeat the last value."""
KNOWN = frozenset(_LEARN)
"""Types of scores with a lazy answer."""
