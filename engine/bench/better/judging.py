"""What the scores of some seeds show, and how sure that is.

The seeds are fixed beforehand and each is trained with both networks: the difference of
a pair leaves out what the seed does to both. Whoever asks for more seeds has looked
already; so the chance of a false "better" is shared out over the looks: 2.5 % for the
first, and 2.5 % for all later ones together. However often one looks, it stays below
5 %.

Source: Student 1908 for the interval; Lan & DeMets 1983, Discrete Sequential Boundaries
for Clinical Trials, for sharing out the chance
"""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

from engine.bench.better import student
from engine.i18n import tr
from engine.protocol.bench.better import Compared, Outcome
from engine.protocol.findings import number

FIRST_LOOK, LATER_LOOKS = 0.025, 0.025
FEWEST, MOST = 3, 1000
"""Seeds that are asked for."""


class Scores(NamedTuple):
    """What the trainings have reached, NaN where a loss was lost.

    Args:
        name: Of the loss or metric.
        is_higher_better: The better the higher.
        seeds: In order.
        first: Of the one project, a value a seed.
        second: Of the other.
    """

    name: str
    is_higher_better: bool
    seeds: Sequence[int]
    first: Sequence[float]
    second: Sequence[float]


def chance(look: int) -> float:
    """Return the chance of a false "better" that a look may take; they count from 1."""
    return FIRST_LOOK if look == 1 else LATER_LOOKS / 2 ** (look - 1)


def judged(scores: Scores, look: int = 1) -> Compared:
    """Return which one is better, or that it isn't shown.

    Args:
        scores: At least two pairs.
        look: How often has been looked, this time included.
    """
    pairs = list(zip(scores.first, scores.second, strict=True))
    whole = [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    gaps = [b - a for a, b in whole]
    confidence = 1 - chance(look)
    mean = fmean(gaps) if gaps else math.nan
    half = _half(gaps, confidence)
    if len(whole) < len(pairs):
        outcome, text = _of_lost(pairs)
    else:
        outcome = _outcome(gaps, (mean, half), higher=scores.is_higher_better)
        text = _words(scores, outcome, gaps, (mean, half, confidence))
    return Compared(
        scores.name, scores.is_higher_better, tuple(scores.seeds), tuple(scores.first),
        tuple(scores.second), mean, mean - half, mean + half, confidence, outcome, text,
        look,
    )  # fmt: skip


def _half(gaps: Sequence[float], confidence: float) -> float:
    """Return half the width of the interval of the mean."""
    if len(gaps) < 2:
        return math.inf
    t = student.quantile(0.5 + confidence / 2, len(gaps) - 1)
    return t * stdev(gaps) / math.sqrt(len(gaps))


def _outcome(
    gaps: Sequence[float], found: tuple[float, float], *, higher: bool
) -> Outcome:
    mean, half = found
    if not any(gaps):
        return "same"
    if abs(mean) <= half:
        return "unshown"
    return "second" if (mean > 0) == higher else "first"


def _of_lost(pairs: Sequence[tuple[float, float]]) -> tuple[Outcome, str]:
    """Return the answer where a loss became no number."""
    lost = [sum(not math.isfinite(pair[which]) for pair in pairs) for which in (0, 1)]
    facts = {"a": lost[0], "b": lost[1], "n": len(pairs)}
    text = tr("A lost its loss in {a} and B in {b} of {n:seed|seeds}.", **facts)
    if lost == [len(pairs), 0]:
        return "second", tr("B is better: {why}", why=text)
    if lost == [0, len(pairs)]:
        return "first", tr("A is better: {why}", why=text)
    return "unshown", tr("Not shown: {why}", why=text)


def _words(
    scores: Scores,
    outcome: Outcome,
    gaps: Sequence[float],
    found: tuple[float, float, float],
) -> str:
    mean, half, confidence = found
    if outcome == "same":
        return tr("They are the same in every seed.")
    facts = {
        "score": scores.name,
        "mean": signed(mean),
        "low": signed(mean - half),
        "high": signed(mean + half),
        "percent": f"{confidence:.3%}".rstrip("0%").rstrip("."),
        "n": len(gaps),
    }
    what = tr(
        "{score} of B minus A is {mean} on average over {n:paired seed|paired seeds}; "
        "{percent} % interval {low} to {high}.",
        **facts,
    )
    if outcome == "unshown":
        more = needed(gaps, confidence)
        hint = tr(
            "About {n:seed|seeds} of each would show a difference of this size.", n=more
        )
        whole = tr("Not shown: it may be chance. {what}", what=what)
        return f"{whole} {hint}" if more <= MOST else whole
    if outcome == "second":
        return tr("B is better. {what}", what=what)
    return tr("A is better. {what}", what=what)


def needed(gaps: Sequence[float], confidence: float) -> int:
    """Return how many pairs would show the mean that is seen, if it stays so."""
    mean = fmean(gaps)
    if not mean:
        return MOST + 1
    size = stdev(gaps) / abs(mean)
    least = math.ceil((NormalDist().inv_cdf(0.5 + confidence / 2) * size) ** 2)
    for count in range(max(len(gaps) + 1, least), MOST + 1):  # t is larger than z
        t = student.quantile(0.5 + confidence / 2, count - 1)
        if t * size / math.sqrt(count) < 1:
            return count
    return MOST + 1


def signed(value: float) -> str:
    """Return a number with its sign, such as +0.62 or −1.3."""
    return f"{'−' if value < 0 else '+'}{number(abs(value))}"
