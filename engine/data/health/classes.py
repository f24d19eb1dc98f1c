"""Checks of the target: classes of very different size, too few of one, its range."""

from typing import Any

import numpy as np

from engine.data.health.verdict import Case, Verdict, listed, with_step
from engine.data.material.material import Numbers
from engine.data.own import practice
from engine.i18n import tr
from engine.layers.datasets import own
from engine.plain import percent
from engine.protocol.data.surveys import DataFinding, FineCheck, Remedy

IMBALANCE = 10.0
"""Times as many of the largest class as of the smallest."""
FEW = 10
"""Samples of a class, below which it can hardly be learnt or judged."""
_LATER = 0.6
"""Gap between the beginning and the end of a series that is worth a word."""
_LARGE = 10.0
"""Deviation of a target, from which losses and gradients become large."""


def balance(case: Case) -> Verdict:
    """Tell classes of very different size."""
    found = _counts(case)
    if found is None:
        return None
    names, counts = found
    ratio = counts.max() / max(1, counts[counts > 0].min())
    largest, smallest = names[int(counts.argmax())], names[int(_least(counts))]
    words = f"{percent(counts.max() / counts.sum())} {largest}"
    if ratio < IMBALANCE:
        return FineCheck("balance", tr("Classes are about even"), words)
    if done := _made_up(case):
        return FineCheck("balance", tr("Rare classes count more"), done)
    text = tr(
        "“{large}” is {n} times as frequent as “{small}”: who always says it is right "
        "in {share} of the rows.",
        large=largest,
        small=smallest,
        n=f"{ratio:,.3g}",
        share=percent(counts.max() / counts.sum(), 1),
    )
    title = tr("Classes of very different size")
    return DataFinding("balance", "warning", title, text, (), _evened(case))


def _made_up(case: Case) -> str:
    """Return what the document does about rare classes, in words; empty for nothing."""
    goal, rows = case.material.target, case.material.params.get("steps") or ()
    words = {
        practice.WEIGHTS: tr("weights in the loss"),
        practice.OVERSAMPLE: tr("drawn more often"),
    }
    found = rows if isinstance(rows, tuple) else ()
    name = goal.name if goal else ""
    return ", ".join(text for step, text in words.items() if (name, step) in found)


def _evened(case: Case) -> tuple[Remedy, ...]:
    """Return what one click does about rare classes of own data."""
    goal, material = case.material.target, case.material
    if goal is None or not own.is_own(material.params):
        return ()
    steps = {
        practice.WEIGHTS: tr("Weigh the classes in the loss"),
        practice.OVERSAMPLE: tr("Draw rare classes more often"),
    }
    return tuple(
        Remedy(words, with_step(material, [goal.name], step))
        for step, words in steps.items()
    )


def _least(counts: Numbers) -> int:
    there = np.flatnonzero(counts > 0)
    return int(there[counts[there].argmin()])


def _counts(
    case: Case,
) -> tuple[tuple[str, ...], Numbers] | None:
    goal = case.material.target
    if goal is None or goal.kind != "category" or len(goal.classes) < 2:
        return None
    codes: Any = case.material.values[goal.name]
    counts = np.bincount(
        codes[codes >= 0].astype(np.int64), minlength=len(goal.classes)
    )
    return (goal.classes, counts) if counts.sum() else None


def few(case: Case) -> Verdict:
    """Tell classes with hardly a sample."""
    found = _counts(case)
    if found is None or not case.material.is_whole:
        return None
    names, counts = found
    rare = [name for name, count in zip(names, counts, strict=True) if count < FEW]
    if not rare:
        words = tr("at least {n}", n=f"{int(counts.min()):,}")
        return FineCheck("few", tr("Enough of every class"), words)
    text = tr(
        "{names} has fewer than {n:row|rows}: that is hardly enough to learn it, and "
        "too few to judge it.",
        names=listed(rare),
        n=FEW,
    )
    if len(rare) > 1:
        text = tr(
            "{names} have fewer than {n:row|rows} each: that is hardly enough to learn "
            "them, and too few to judge them.",
            names=listed(rare),
            n=FEW,
        )
    return DataFinding("few", "warning", tr("Too few of a class"), text)


def goal_size(case: Case) -> Verdict:
    """Tell a target of large numbers: its loss is large too."""
    facts, material = case.target, case.material
    if facts is None or facts.kind != "number" or facts.deviation is None:
        return None
    low, high = f"{facts.low:,.6g}", f"{facts.high:,.6g}"
    if facts.deviation < _LARGE or material.params.get("scale_target"):
        return None
    text = tr(
        "Mean {mean}, deviation {sd}. A network that always says the mean has R² = 0.",
        mean=f"{facts.mean:,.3g}",
        sd=f"{facts.deviation:,.3g}",
    )
    title = tr("Target from {low} to {high}", low=low, high=high)
    remedy = Remedy(tr("Standardise the target"), {"scale_target": True})
    return DataFinding("goal_size", "info", title, text, (facts.name,), (remedy,))


def parts(case: Case) -> Verdict:
    """Tell that both parts of the split are of another kind."""
    split = case.split
    if split is None or not len(split.train_bars):
        return None
    limit = max(0.25, 3 * _chance(case, len(split.train_bars)))
    value = percent(split.gap)
    if split.how in {"end", "time"}:
        return _later(case, value)
    if split.gap < limit:
        return FineCheck("parts", tr("Both parts look alike"),
                         tr("{value} apart", value=value))  # fmt: skip
    text = tr(
        "“{name}” is spread otherwise in the validation part: {value} of it would have "
        "to change sides.",
        name=split.of,
        value=value,
    )
    return DataFinding("parts", "info", tr("The parts differ"), text, (split.of,))


def _later(case: Case, value: str) -> Verdict:
    """Tell that what comes last is unlike what came before."""
    split = case.split
    if split is None or split.gap < _LATER:
        return None
    text = tr(
        "The last part, which validates, has other values of “{name}” than the first: "
        "{value} of it would have to change sides. A network has to reach beyond what "
        "it saw.",
        name=split.of,
        value=value,
    )
    title = tr("The end is unlike the beginning")
    return DataFinding("parts", "info", title, text, (split.of,))


def _chance(case: Case, bars: int) -> float:
    """Return the gap that chance leaves between two parts of these sizes.

    A share p of n samples has a deviation of √(p(1−p)/n); of a difference the squares
    add up, and the mean size of a normal deviate is √(2/π) of its deviation.
    """
    n, m = max(1, len(case.material.train)), max(1, len(case.material.held))
    share = 1 / bars
    spread = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
    return float(bars * spread * np.sqrt(2 / np.pi) / 2)
