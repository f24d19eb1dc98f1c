"""What is found out about the answers that one loss judges."""

import numpy as np

from engine.evaluate.answers import Chosen, Examination, Given
from engine.evaluate.figures import calibration, classes, intervals, residuals, slices
from engine.evaluate.figures.classes import Curve
from engine.evaluate.figures.intervals import Interval
from engine.evaluate.figures.slices import Slice, Summary
from engine.evaluate.report import Classes, Far, Judged, Values, Worst
from engine.protocol.arrays import Floats

NOISES = (0.1, 0.25, 0.5, 1.0)
"""Standard deviations of the inputs' own."""
MOST_CLASSES = 40
"""Beyond, no table and no curves of each."""
_MOST_CURVES, _WORST, _POINTS = 10, 8, 600


def judged(name: str, asked: Examination, *, has_training: bool = True) -> Judged:
    """Return all that is found out about one loss.

    Args:
        name: Of it.
        asked: Answers and targets of a part.
        has_training: What it was trained on is there, to be compared with.
    """
    found, total = asked.ask(), asked.extent.num_evaluated
    if isinstance(found, Chosen):
        places, told = found.places, _of_classes(asked, found, has_training)
        return Judged(asked.node.path, name, found.samples, total, places, told)
    places, figures = found.targets.shape[1], _of_values(asked, found, has_training)
    return Judged(asked.node.path, name, found.samples, total, places, figures)


def _of_classes(asked: Examination, found: Chosen, has_training: bool) -> Classes:
    whole, count = found.counted, len(found.names)
    table = classes.confusion(whole.labels, whole.answers, count)
    sure = whole.shares.max(1)
    is_sure = found.is_sure and len(whole.labels) > 0
    is_told = count <= MOST_CLASSES
    curves = _curves(whole) if is_sure and count <= _MOST_CURVES else {}
    return Classes(
        names=found.names,
        accuracy=_accuracy(found),
        on_training=_accuracy(_chosen(asked, new=False))
        if has_training
        else intervals.NOTHING,
        macro_f1=classes.macro_f1(whole.labels, whole.answers, count)
        if is_told and found.places == 1
        else intervals.NOTHING,
        each=classes.per_class(table),
        confusion=table if is_told else table[:0, :0],
        roc={name: roc for name, (roc, _) in curves.items()},
        precision_recall={name: line for name, (_, line) in curves.items()},
        reliability=calibration.reliability(sure, whole.right) if is_sure else None,
        brier=calibration.brier(whole.shares, whole.labels)
        if is_sure
        else float("nan"),
        worst=_worst(found) if found.places == 1 else (),
        slices=_slices(asked, found.right_of_samples, slices.share)
        if found.places == 1
        else (),
        noisy={n: float(_chosen(asked, noise=n).counted.right.mean()) for n in NOISES},
    )


def _chosen(asked: Examination, *, new: bool = True, noise: float = 0.0) -> Chosen:
    found = asked.ask(new=new, noise=noise)
    assert isinstance(found, Chosen)
    return found


def _accuracy(found: Chosen) -> Interval:
    """Return the share of right answers; places of one sample hang together."""
    if found.places == 1:
        whole = found.counted
        return classes.accuracy(whole.labels, whole.answers)
    shares = found.right_of_samples
    return intervals.mean(shares[np.isfinite(shares)])


def _curves(whole: Chosen) -> dict[str, tuple[Curve, Curve]]:
    """Return ROC and precision-recall curves; of two classes only the second's."""
    count = len(whole.names)
    made = {}
    for index in range(1 if count == 2 else 0, count):
        scores, positive = whole.shares[:, index], (whole.labels == index).astype(int)
        curves = (
            classes.roc(scores, positive),
            classes.precision_recall(scores, positive),
        )
        if len(curves[0].x):
            made[whole.names[index]] = curves
    return made


def _worst(found: Chosen) -> tuple[Worst, ...]:
    sure = np.where((found.labels >= 0) & (found.right == 0), found.shares.max(1), -1.0)
    chosen = [int(i) for i in np.argsort(-sure, kind="stable")[:_WORST] if sure[i] >= 0]
    return tuple(
        Worst(
            place,
            found.names[found.labels[place]],
            found.names[found.answers[place]],
            float(sure[place]),
        )
        for place in chosen
    )


def _of_values(asked: Examination, found: Given, has_training: bool) -> Values:
    seen = _given(asked, new=False) if has_training else None
    errors = np.abs(found.answers - found.targets).mean(1)
    spread = np.arange(min(_POINTS, found.targets.size))
    spread = spread * found.targets.size // max(1, len(spread))
    pairs = np.stack([found.targets.ravel()[spread], found.answers.ravel()[spread]], 1)
    return Values(
        figures=residuals.figures(found.answers, found.targets),
        on_training=residuals.figures(seen.answers, seen.targets).rmse
        if seen
        else intervals.NOTHING,
        pairs=pairs,
        residuals=(found.answers - found.targets).ravel(),
        worst=_farthest(found, errors),
        slices=_slices(asked, errors, intervals.mean),
        noisy={n: _rmse(_given(asked, noise=n)) for n in NOISES},
    )


def _farthest(found: Given, errors: Floats) -> tuple[Far, ...]:
    """Return the largest errors of answers that are one number each."""
    if found.targets.shape[1] != 1:
        return ()
    return tuple(
        Far(int(n), float(found.targets[n, 0]), float(found.answers[n, 0]))
        for n in np.argsort(-errors, kind="stable")[:_WORST]
    )


def _slices(asked: Examination, figure: Floats, of: Summary) -> tuple[Slice, ...]:
    """Return a figure of each sample by what a table has in its columns."""
    columns = asked.columns(len(figure))
    return slices.found(columns, figure, of) if columns else ()


def _given(asked: Examination, *, new: bool = True, noise: float = 0.0) -> Given:
    found = asked.ask(new=new, noise=noise)
    assert isinstance(found, Given)
    return found


def _rmse(found: Given) -> float:
    return float(np.sqrt(((found.answers - found.targets) ** 2).mean()))
