"""Losses of labels: softmax with cross-entropy pulls with p − y.

Axes: M places that are judged, C classes.

Source: torch.nn.CrossEntropyLoss; Szegedy et al. 2016 for the smoothing.
"""

import math
from typing import NamedTuple, cast

import torch
from torch import Tensor

from engine.compile.modules.classes import rows
from engine.compile.modules.losses import CrossEntropy as Module
from engine.compile.modules.losses import Labelled
from engine.explain.tracers.families.dense import summed
from engine.explain.tracers.general import GENERAL, General
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms


class _Judged(NamedTuple):
    """A batch as rows.

    Args:
        scores_MC: What came in.
        goal_MC: What each class should get, times its weight; 0 where a label is
            ignored.
        divisor: What divides the sum: places, or the weights of their labels.
    """

    scores_MC: Tensor
    goal_MC: Tensor
    divisor: float


def _judged(moment: Moment) -> _Judged:
    module = cast("Labelled", moment.module)
    scores, target = moment.inputs
    scores_MC = rows(scores, module.dim).double()
    count = scores_MC.shape[1]
    ones = torch.ones(count, dtype=torch.float64, device=scores.device)
    factors = module.class_weights
    weight_C = ones if factors is None else factors.double()
    smooth = module.label_smoothing if isinstance(module, Module) else 0.0
    if target.is_floating_point():
        soft_MC = rows(target, module.dim).double()
        goal_MC = (soft_MC * (1 - smooth) + smooth / count) * weight_C
        return _Judged(scores_MC, goal_MC, float(len(scores_MC)))
    label_M = target.reshape(-1)
    counts_M = label_M != module.ignore_index
    kept_M = torch.where(counts_M, label_M, 0)
    one_hot_MC = torch.nn.functional.one_hot(kept_M, count).double()
    goal_MC = (one_hot_MC * (1 - smooth) + smooth / count) * weight_C
    goal_MC = goal_MC * counts_M.unsqueeze(1)
    divisor = float((weight_C[kept_M] * counts_M).sum())
    return _Judged(scores_MC, goal_MC, divisor)


class CrossEntropy(General):
    """Of softmax and cross-entropy: z → eᶻ → p → −ln p."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return p and ℓ at the place that is judged worst, and the mean of all."""
        del cell, port  # A loss is one number.
        found = _judged(moment)
        logs_MC = torch.log_softmax(found.scores_MC, 1)
        losses_M = -(found.goal_MC * logs_MC).sum(1)
        worst = int(losses_M.argmax())
        goal_C = found.goal_MC[worst]
        right = int(goal_C.argmax())
        lines = [*_share(found.scores_MC[worst], right)]
        is_sharp = int((goal_C != 0).sum()) == 1
        p, q = lines[-1].value, float(goal_C[right])
        if is_sharp and p > 0:
            numbers: dict[str, Number] = {"q": q, "p": p}
            rule = "−ln({p})" if q == 1 else "−{q}·ln({p})"
            lines.append(Line("ℓ", rule, numbers, -q * math.log(p)))
        else:
            terms = Terms(-goal_C, logs_MC[worst], ("−q", "ln p"))
            lines.append(summed("ℓ", terms))
        return (*lines, _averaged(losses_M, found.divisor))

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return p, and δ·(p − y) over what divides the mean."""
        if port:
            return GENERAL.given(moment, cell, port)
        found = _judged(moment)
        place, label = _place(moment, cell)
        goal_C = found.goal_MC[place]
        lines = _share(found.scores_MC[place], label)
        p, y = lines[-1].value, float(goal_C[label])
        total, delta = float(goal_C.sum()), float(moment.upstream)
        numbers: dict[str, Number] = {
            "δ": delta,
            "p": p,
            "y": y,
            "Σy": total,
            "M": found.divisor,
        }
        value = delta * (total * p - y) / found.divisor if found.divisor else 0.0
        rule = "{δ}·({p} − {y}) / {M}" if total == 1 else "{δ}·({Σy}·{p} − {y}) / {M}"
        if not found.divisor:
            return (Line("∂L/∂z", "0", {}, 0.0),)
        return (*lines, Line("∂L/∂z", rule, numbers, value))


class Likelihood(General):
    """Of the negative log likelihood: the label's number is read, none else."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the mean of −w·ln p of the labels."""
        del cell, port  # A loss is one number.
        found = _judged(moment)
        losses_M = -(found.goal_MC * found.scores_MC).sum(1)
        return (_averaged(losses_M, found.divisor),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return −δ·w over what divides the mean; 0 for all but the label."""
        if port:
            return GENERAL.given(moment, cell, port)
        found = _judged(moment)
        place, label = _place(moment, cell)
        y, delta = float(found.goal_MC[place, label]), float(moment.upstream)
        if not found.divisor:
            return (Line("∂L/∂z", "0", {}, 0.0),)
        numbers: dict[str, Number] = {"δ": delta, "y": y, "M": found.divisor}
        value = -delta * y / found.divisor
        return (Line("∂L/∂z", "−{δ}·{y} / {M}", numbers, value),)


def _share(scores_C: Tensor, label: int) -> tuple[Line, Line]:
    """Return the lines of Σ e^z and of the share of one class."""
    largest = float(scores_C.max())
    total = summed("S", Terms((scores_C - largest).exp(), None, ("exp(z − m)", "")))
    z = float(scores_C[label])
    numbers: dict[str, Number] = {"z": z, "m": largest, "S": total.value}
    share = math.exp(z - largest) / total.value
    return total, Line("p", "exp({z} − {m}) / {S}", numbers, share)


def _averaged(losses_M: Tensor, divisor: float) -> Line:
    terms = Terms(losses_M, None, ("ℓ", ""))
    if not divisor:  # every label is one that doesn't count
        return Line("L", "0", {}, 0.0)
    numbers: dict[str, Number] = {"Σ": terms, "M": divisor}
    return Line("L", "({Σ}) / {M}", numbers, terms.total / divisor)


def _place(moment: Moment, cell: Cell) -> tuple[int, int]:
    """Return the row and the class of a number of the scores."""
    scores = moment.inputs[0]
    order = torch.arange(scores.numel(), device=scores.device).reshape(scores.shape)
    in_rows = rows(order, cast("Labelled", moment.module).dim)
    found = (in_rows == order[cell]).nonzero()[0].tolist()
    return int(found[0]), int(found[1])
