"""Losses as modules. Every one returns a single number, a mean over the batch.

Axes: N batch, M all places that are judged, C classes, T time, S labels of a sample.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.compile.modules.classes import rows

IGNORE_NOTHING = -100
"""torch's default; data sets refuse negative labels."""


class Loss(nn.Module):
    """A torch loss function with fixed settings.

    Args:
        function: Called with the inputs.
        settings: Keyword arguments of every call.
    """

    def __init__(self, function: Callable[..., Tensor], **settings: object) -> None:
        super().__init__()
        self.function, self.settings = function, settings

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the loss; whole-number targets become decimal ones.

        Shape:
            as torch's loss → one number
        """
        first = inputs[0]
        others = (x if x.is_floating_point() else x.to(first.dtype) for x in inputs[1:])
        return self.function(first, *others, **self.settings)

    def extra_repr(self) -> str:
        """Name the function."""
        return getattr(self.function, "__name__", "loss")


class Labelled(nn.Module):
    """A loss of labels, whose mean counts some places more than others, or not at all.

    Attributes:
        dim: Dimension of the classes.
        ignore_index: Label that doesn't count.
        class_weights: One factor per class, or None.
    """

    dim: int
    ignore_index: int
    class_weights: Tensor | None

    def forward(self, scores: Tensor, target: Tensor) -> Tensor:
        """Return the mean over all places that count.

        Shape:
            scores N×C, N×C×… or N×…×C, target N×… → one number
        """
        return _counted(self.loss(scores, target, "mean"), target, self.ignore_index)

    def loss(self, scores: Tensor, target: Tensor, reduction: str) -> Tensor:
        """Return torch's loss with one of torch's reductions.

        Shape:
            N×C, N×C×… or N×…×C, target N×… → one number; M places for `none`
        """
        raise NotImplementedError

    def total(self, scores: Tensor, target: Tensor) -> tuple[float, float]:
        """Return the sum over all places, and what divides it in torch's mean.

        Args:
            scores: Of a batch.
            target: Labels, or one probability per class.

        Shape:
            scores N×C, N×C×… or N×…×C, target N×… → two numbers
        """
        total = float(self.loss(scores.float(), target, "sum"))
        if target.is_floating_point():
            return total, target.numel() / target.shape[self.dim]
        kept = target[target != self.ignore_index]
        if self.class_weights is None:
            return total, float(kept.numel())
        return total, float(self.class_weights[kept].cpu().double().sum())


class CrossEntropy(Labelled):
    """Softmax cross-entropy over any places.

    Args:
        dim: Dimension of the classes.
        class_weights: One factor per class, or empty.
        ignore_index: Label that doesn't count.
        label_smoothing: Share given to all classes alike.

    Source: torch.nn.CrossEntropyLoss; Szegedy et al. 2016 for the smoothing
    """

    def __init__(
        self,
        dim: int,
        class_weights: list[float],
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.dim, self.label_smoothing = dim, label_smoothing
        self.ignore_index = IGNORE_NOTHING if ignore_index is None else ignore_index
        factors = torch.tensor(class_weights) if class_weights else None
        self.register_buffer("class_weights", factors, persistent=False)

    def loss(self, scores: Tensor, target: Tensor, reduction: str) -> Tensor:
        """Return the cross-entropy over all places.

        Shape:
            N×C, N×C×… or N×…×C, target N×… → one number; M places for `none`
        """
        if scores.dim() > 2:
            soft = target.is_floating_point()
            target = rows(target, self.dim) if soft else target.reshape(-1)
            scores = rows(scores, self.dim)
        return F.cross_entropy(
            scores,
            target,
            weight=self.class_weights,
            ignore_index=self.ignore_index,
            reduction=reduction,
            label_smoothing=self.label_smoothing,
        )


class NLL(Labelled):
    """Negative log likelihood of log-probabilities.

    Source: torch.nn.NLLLoss
    """

    def __init__(
        self, dim: int, class_weights: list[float], ignore_index: int | None
    ) -> None:
        super().__init__()
        self.dim = dim
        self.ignore_index = IGNORE_NOTHING if ignore_index is None else ignore_index
        factors = torch.tensor(class_weights) if class_weights else None
        self.register_buffer("class_weights", factors, persistent=False)

    def loss(self, scores: Tensor, target: Tensor, reduction: str) -> Tensor:
        """Return the negative log likelihood over all places.

        Shape:
            N×C, N×C×… or N×…×C, target N×… → one number; M places for `none`
        """
        return F.nll_loss(
            rows(scores, self.dim),
            target.reshape(-1),
            weight=self.class_weights,
            ignore_index=self.ignore_index,
            reduction=reduction,
        )


def _counted(loss: Tensor, target: Tensor, ignore_index: int) -> Tensor:
    """Return the loss; 0 instead of 0/0 where every label is one that doesn't count."""
    if ignore_index == IGNORE_NOTHING or target.is_floating_point():
        return loss
    return loss.where((target != ignore_index).any(), 0.0)


class BCEWithLogits(nn.Module):
    """Sigmoid cross-entropy against a target, or against one constant.

    Source: torch.nn.BCEWithLogitsLoss; the constant: Goodfellow et al. 2014, GAN
    """

    def __init__(self, constant: float, pos_weight: float) -> None:
        super().__init__()
        self.constant = constant
        factor = None if pos_weight == 1 else torch.tensor(pos_weight)
        self.register_buffer("pos_weight", factor, persistent=False)
        self.pos_weight: Tensor | None

    def forward(self, logits: Tensor, target: Tensor | None = None) -> Tensor:
        """Return the mean over all values.

        Shape:
            N×… and the same → one number
        """
        if target is None:
            target = torch.full_like(logits, self.constant)
        return F.binary_cross_entropy_with_logits(
            logits, target.to(logits.dtype), pos_weight=self.pos_weight
        )


class CTC(nn.Module):
    """Connectionist temporal classification.

    Source: Graves et al. 2006
    """

    def __init__(self, blank: int) -> None:
        super().__init__()
        self.blank = blank

    def forward(
        self, log_probs_NTC: Tensor, target_NS: Tensor, lengths: Tensor | None = None
    ) -> Tensor:
        """Return the mean over the batch; each sample is divided by its length.

        Samples that can't be aligned count zero instead of infinity.

        Shape:
            N×T×C, N×S, N → one number
        """
        batch, steps = log_probs_NTC.shape[:2]
        full = torch.full((batch,), target_NS.shape[1], dtype=torch.long)
        return F.ctc_loss(
            log_probs_NTC.transpose(0, 1),
            target_NS,
            torch.full((batch,), steps, dtype=torch.long),
            full if lengths is None else lengths.reshape(-1),
            blank=self.blank,
            zero_infinity=True,
        )


def gaussian_nll(
    mean: Tensor, target: Tensor, variance: Tensor, *, full: bool, eps: float = 1e-6
) -> Tensor:
    """Return torch's Gaussian NLL without its look at the values.

    Source: Nix & Weigend 1994; variances under `eps` are lifted to it.

    Shape:
        three alike → one number
    """
    variance = variance.clone()
    with torch.no_grad():
        variance.clamp_(min=eps)
    loss = 0.5 * (variance.log() + (mean - target) ** 2 / variance)
    return loss.mean() + (0.5 * math.log(2 * math.pi) if full else 0.0)


def kl_gaussian(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(𝒩(μ, σ²) ‖ 𝒩(0, 1)), summed over features, averaged over samples.

    Source: Kingma & Welling 2013, appendix B

    Shape:
        N×F and N×F → one number
    """
    terms = mean.square() + log_variance.exp() - log_variance - 1
    return 0.5 * terms.flatten(1).sum(1).mean()


def log_cosh(y: Tensor, target: Tensor) -> Tensor:
    """Return mean ln cosh(y − t), without overflow.

    Source: ln cosh d = d + softplus(−2d) − ln 2

    Shape:
        two alike → one number
    """
    difference = y - target
    return (difference + F.softplus(-2 * difference) - math.log(2)).mean()


def hinge(y: Tensor, target: Tensor, *, margin: float) -> Tensor:
    """Return mean max(0, m − t·y).

    Source: Cortes & Vapnik 1995

    Shape:
        two alike → one number
    """
    return (margin - target * y).clamp(min=0).mean()


def bce(y: Tensor, target: Tensor) -> Tensor:
    """Return torch's binary cross-entropy; see torch.nn.BCELoss.

    Source: torch.nn.BCELoss

    Shape:
        two alike → one number
    """
    return F.binary_cross_entropy(y, target)
