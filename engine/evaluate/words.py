"""What a report says, in sentences."""

import math
from collections.abc import Callable, Iterator, Sequence

from engine.evaluate.figures import classes
from engine.evaluate.figures.intervals import Interval
from engine.evaluate.figures.slices import Slice
from engine.evaluate.report import Classes, Compared, Judged, Report, Values
from engine.i18n import tr
from engine.protocol.arrays import Ints
from engine.protocol.baselines import against

_LEAST_GAP, _LEAST_BIAS = 0.02, 0.02
_MOST_SLICES, _MOST_NAMES = 3, 6
_UNSURE = 0.05
"""Above this chance a difference is not shown."""


def percent(share: float) -> str:
    """Return a share as `97.2 %`; – where it is unknown."""
    return f"{100 * share:.1f} %" if math.isfinite(share) else "–"


def number(value: float) -> str:
    """Return a number with four digits; – where it is unknown."""
    return f"{value:.4g}" if math.isfinite(value) else "–"


def share(found: Interval) -> str:
    """Return a share with its interval: `97.2 % (96.9 – 97.5)`."""
    if not math.isfinite(found.low):
        return percent(found.value)
    return f"{percent(found.value)} ({100 * found.low:.1f} – {100 * found.high:.1f})"


def value(found: Interval) -> str:
    """Return a number with its interval: `0.93 (0.9 – 0.96)`."""
    if not math.isfinite(found.low):
        return number(found.value)
    return f"{number(found.value)} ({number(found.low)} – {number(found.high)})"


def head(report: Report) -> str:
    """Return on what the report stands."""
    count = f"{report.num_evaluated:,}"
    if report.data:
        return tr("Step {step}, judged on all {n:sample|samples} of {file}",
                  step=report.step, n=count, file=report.data)  # fmt: skip
    if report.is_new:
        return tr("Step {step}, judged on {n:sample|samples} that training never saw",
                  step=report.step, n=count)  # fmt: skip
    return tr("Step {step}, judged on {n:training sample|training samples}: none were "
              "kept apart, so nothing here tells how it does on others",
              step=report.step, n=count)  # fmt: skip


def scores(report: Report) -> list[str]:
    """Return every score over the whole part, beside its lazy answer."""
    return [
        against(report.titles[path], report.scores[path], report.baselines.get(path))
        for path in report.titles
    ]


def of(found: Judged) -> list[str]:
    """Return what is to be said about one loss, the most important first."""
    told = found.found
    lines = list(_classes(told) if isinstance(told, Classes) else _values(told))
    if found.samples < found.of:
        lines.append(tr("All this is of the first {n} of {total} samples.",
                        n=f"{found.samples:,}", total=f"{found.of:,}"))  # fmt: skip
    return lines


def _classes(found: Classes) -> Iterator[str]:
    yield tr(
        "It is right in {share}, with 95 % confidence.", share=share(found.accuracy)
    )
    if told := exchanged(found.confusion, found.names):
        yield told
    gap = found.on_training.value - found.accuracy.value  # NaN where it is not known
    if gap > _LEAST_GAP:
        yield tr("On training samples it is right in {share}: {gap} of that it has "
                 "learnt by heart.",
                 share=percent(found.on_training.value), gap=percent(gap))  # fmt: skip
    yield from _weakest(found)
    if found.reliability is not None:
        bias, error = found.reliability.bias, percent(found.reliability.error)
        if bias > _LEAST_BIAS:
            yield tr("It is surer than it may be, by {bias} on average "
                     "(calibration error {error}).",
                     bias=percent(bias), error=error)  # fmt: skip
        elif bias < -_LEAST_BIAS:
            yield tr("It is less sure than it may be, by {bias} on average "
                     "(calibration error {error}).",
                     bias=percent(-bias), error=error)  # fmt: skip
        else:
            yield tr("It is as sure as it is right (calibration error {error}).",
                     error=error)  # fmt: skip
    yield from _sliced(found.slices, percent)
    yield from _noisy(found)


def exchanged(confusion_CC: Ints, names: Sequence[str]) -> str:
    """Return which labels look exchanged; empty where none do."""
    found = classes.exchanged(confusion_CC) if len(confusion_CC) else []
    if not found:
        return ""
    listed = ", ".join(f"“{names[one]}”" for one in found[:_MOST_NAMES])
    more = " …" if len(found) > _MOST_NAMES else ""
    return tr("The labels {names} look exchanged: most samples of each are answered as "
              "another of them.", names=listed + more)  # fmt: skip


def _sliced(found: Sequence[Slice], told: Callable[[float], str]) -> Iterator[str]:
    """Name the parts that are certainly worse, the worst first."""
    for each in [one for one in found if one.is_worse][:_MOST_SLICES]:
        yield tr("Where {condition} it does worse: {figure} ({low} – {high}, n = {n}).",
                 condition=each.condition, figure=told(each.figure.value),
                 low=told(each.figure.low), high=told(each.figure.high),
                 n=f"{each.samples:,}")  # fmt: skip


def _weakest(found: Classes) -> Iterator[str]:
    """Name the class that is found least often, and what it is taken for."""
    seen = found.each.support > 0
    if len(found.confusion) < 3 or seen.sum() < 2:
        return
    recall = found.each.recall.copy()
    recall[~seen] = math.inf
    worst = int(recall.argmin())
    others = found.confusion[worst].copy()
    others[worst] = 0
    if others.sum():
        yield tr("“{name}” is found least often, in {share} of {n}; most often it is "
                 "taken for “{other}” ({times}×).",
                 name=found.names[worst], share=percent(float(recall[worst])),
                 n=f"{found.each.support[worst]:,}",
                 other=found.names[int(others.argmax())],
                 times=int(others.max()))  # fmt: skip


def _noisy(found: Classes) -> Iterator[str]:
    """Name the least noise that costs something, or the most that costs nothing."""
    levels = sorted(found.noisy)
    kept = found.accuracy.value - _LEAST_GAP
    for level in levels:
        if found.noisy[level] < kept or level == levels[-1]:
            yield tr("With noise of {level} standard deviations on its inputs it is "
                     "right in {share}.",
                     level=level, share=percent(found.noisy[level]))  # fmt: skip
            return


def _values(found: Values) -> Iterator[str]:
    figures = found.figures
    yield tr("Its mean absolute error is {mae}, with 95 % confidence.",
             mae=value(figures.mae))  # fmt: skip
    if math.isfinite(figures.r2.value):
        yield tr("It explains {share} of the variance.", share=share(figures.r2))
    if figures.bias.low > 0:
        yield tr("It answers too much, by {bias} on average.", bias=value(figures.bias))
    elif figures.bias.high < 0:
        less = Interval(-figures.bias.value, -figures.bias.high, -figures.bias.low)
        yield tr("It answers too little, by {bias} on average.", bias=value(less))
    seen = found.on_training.value
    if figures.rmse.low > seen * (1 + _LEAST_GAP):
        yield tr("Its root mean square error is {new}, on training samples {seen}.",
                 new=value(figures.rmse), seen=number(seen))  # fmt: skip
    yield from _sliced(found.slices, number)


def of_comparison(found: Compared) -> str:
    """Return whether the second run is better, in one sentence."""
    gap = found.difference
    is_shown = gap.low > 0 or gap.high < 0
    split = found.disagreement
    if split is not None:
        is_shown = split.chance < _UNSURE
        counts = tr("right alone: the first {a}×, the second {b}×; p = {p}",
                    a=split.first, b=split.second, p=f"{split.chance:.2g}")  # fmt: skip
        amount = f"{share(gap)}; {counts}"
    else:
        amount = value(gap)
    if not is_shown:
        return tr("{title}: not shown that one is better; it may be chance ({amount}).",
                  title=found.title, amount=amount)  # fmt: skip
    if gap.value > 0:
        return tr("{title}: the second is better ({amount}).",
                  title=found.title, amount=amount)  # fmt: skip
    return tr("{title}: the first is better ({amount}).",
              title=found.title, amount=amount)  # fmt: skip
