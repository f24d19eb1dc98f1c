"""Which of two runs is better on the same samples, and why.

Axes: N samples.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.data.catalog import Dataset
from engine.evaluate import words
from engine.evaluate.answers import Chosen, Given, examinations
from engine.evaluate.figures import classes, intervals
from engine.evaluate.figures.intervals import Interval
from engine.evaluate.subject import Subject
from engine.i18n import tr
from engine.protocol.arrays import Floats

Standing = Literal["better", "worse", "unclear"]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Duel:
    """Two runs on one set of samples that neither was trained on.

    Args:
        data: Which set: `new` or `old`.
        samples: How many were judged.
        left_out: Samples that one of them was trained on.
        measure: `accuracy` (share of right answers) or `error` (mean absolute).
        old: Figure of the old run.
        new: Figure of the new one.
        gain: By how much the new one is better, pair by pair.
    """

    data: str
    samples: int
    left_out: int
    measure: str
    old: Interval
    new: Interval
    gain: Interval

    @property
    def standing(self) -> Standing:
        """What is shown with 95 % confidence."""
        if self.gain.low > 0:
            return "better"
        return "worse" if self.gain.high < 0 else "unclear"


def duel(
    data: str, old: Subject, new: Subject, trained_on: tuple[Dataset, ...]
) -> Duel | None:
    """Compare two runs on the validation part that both bring.

    Args:
        data: Which set it is.
        old: The one run.
        new: The other one, with the same samples.
        trained_on: Sets whose training parts either has seen.

    Returns:
        None when there is nothing to compare, or too little is left.
    """
    found = examinations(old.parts), examinations(new.parts)
    paths = [path for path in found[0] if path in found[1]]
    if not paths:
        return None
    answers = []
    for subject, asked in zip((old, new), found, strict=True):
        with subject.parts.averaged.in_place():
            answers.append(asked[paths[0]].ask())
    one, two = answers
    figures = [_figure(each) for each in answers]
    fresh = _fresh(old, trained_on, len(figures[0]))
    known = np.isfinite(figures[0]) & np.isfinite(figures[1])
    kept = fresh & known
    if len(figures[0]) != len(figures[1]) or kept.sum() < 2:
        return None
    first, second = (figure[kept] for figure in figures)
    sign = 1.0 if isinstance(one, Chosen) and isinstance(two, Chosen) else -1.0
    return Duel(
        data=data,
        samples=int(kept.sum()),
        left_out=int((~fresh).sum()),
        measure="accuracy" if sign > 0 else "error",
        old=intervals.mean(first),
        new=intervals.mean(second),
        gain=intervals.mean(sign * (second - first)),
    )


def strange_labels(subject: Subject) -> list[str]:
    """Return a sentence where labels of new data look exchanged to a run."""
    found = []
    for asked in examinations(subject.parts).values():
        if asked.chooses:
            with subject.parts.averaged.in_place():
                told = asked.ask()
            assert isinstance(told, Chosen)
            if told.places > 1:
                continue  # what follows in a text has no label of its own
            seen = told.counted
            table = classes.confusion(seen.labels, seen.answers, len(seen.names))
            text = words.exchanged(table, seen.names)
            found += [text] if text else []
    return found


def _figure(found: Chosen | Given) -> Floats:
    """Return right answers (a share), or the absolute error, of each sample."""
    if isinstance(found, Chosen):
        return found.right_of_samples
    error: Floats = np.abs(found.answers - found.targets).mean(1)
    return error


def _fresh(subject: Subject, trained_on: tuple[Dataset, ...], count: int) -> Mask:
    """Return where the inputs are none that were trained on (N,)."""
    here = subject.datasets()
    fresh: Mask = np.ones(count, np.bool_)
    if len(here) != 1:
        return fresh
    mine = _keys(here[0], here[0].validation)[:count]
    for other in trained_on:
        seen = set(_keys(other, other.train))
        fresh[: len(mine)] &= np.array([key not in seen for key in mine], bool)
    return fresh


def _keys(dataset: Dataset, arrays: object) -> list[bytes]:
    """Return the inputs of every sample in their own units, as bytes."""
    parts = []
    for port in dataset.ports:
        if not port.is_target:
            values = arrays[port.port.name]  # type: ignore[index]
            step = dataset.scaling.get(port.port.name)
            raw = step.invert(values).astype(np.float32) if step else values
            parts.append(np.ascontiguousarray(raw).reshape(len(values), -1))
    if not parts:
        return []
    return [
        b"".join(part[row].round(3).tobytes() for part in parts)
        for row in range(len(parts[0]))
    ]


def decided(duels: tuple[Duel, ...]) -> tuple[bool, str]:
    """Return whether the new run is kept, and why in a sentence.

    It must be better on some samples and worse on none, each with 95 % confidence.
    """
    for each in duels:
        if each.standing == "worse":
            return False, tr("On the {data} data the new one is worse: {words}.",
                             data=_name(each), words=told(each))  # fmt: skip
    for each in duels:
        if each.standing == "better":
            return True, tr("On the {data} data the new one is better: {words}.",
                            data=_name(each), words=told(each))  # fmt: skip
    if not duels:
        return False, tr("There are no samples to compare them on.")
    return False, tr("It is not shown that the new one is better: {words}.",
                     words=told(duels[0]))  # fmt: skip


def _name(found: Duel) -> str:
    return tr("new") if found.data == "new" else tr("old")


def told(found: Duel) -> str:
    """Return both figures and the gain with its interval."""
    if found.measure == "accuracy":
        old, new, gain, low, high = (
            f"{100 * value:.1f} %"
            for value in (found.old.value, found.new.value, *found.gain)
        )
    else:
        old, new, gain, low, high = (
            f"{value:.4g}" for value in (found.old.value, found.new.value, *found.gain)
        )
    words = tr("{old} → {new}, gain {gain} ({low} – {high}), n = {n}",
               old=old, new=new, gain=gain, low=low, high=high,
               n=f"{found.samples:,}")  # fmt: skip
    if found.left_out:
        words += ", " + tr("{n:sample|samples} of a training left out",
                           n=f"{found.left_out:,}")  # fmt: skip
    return words
