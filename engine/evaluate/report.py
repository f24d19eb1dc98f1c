"""Everything that is found out about a run, on samples that its training never saw."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.evaluate.figures.calibration import Reliability
from engine.evaluate.figures.classes import Curve, PerClass
from engine.evaluate.figures.comparison import Disagreement
from engine.evaluate.figures.intervals import Interval
from engine.evaluate.figures.residuals import Numbers
from engine.evaluate.figures.slices import Slice
from engine.protocol.arrays import Floats, Ints
from engine.protocol.baselines import Baseline


@dataclass(frozen=True)
class Worst:
    """A sample whose answer is surely wrong.

    Args:
        place: Its number in the part that is judged, from 0.
        label: What is right.
        answer: What was answered.
        share: That it got.
    """

    place: int
    label: str
    answer: str
    share: float


@dataclass(frozen=True)
class Far:
    """A sample whose answer is far off.

    Args:
        place: Its number in the part that is judged, from 0.
        target: What is right.
        answer: What was answered.
    """

    place: int
    target: float
    answer: float


@dataclass(frozen=True)
class Classes:
    """Of a loss that judges classes; what makes no sense for it is None or empty.

    Args:
        names: Of the classes, C.
        accuracy: Share of right answers.
        on_training: The same on as many training samples.
        macro_f1: Mean F1 of the classes.
        each: Of every class.
        confusion: Labels (rows) against answers, (C, C).
        roc: By class, one against the rest.
        precision_recall: Likewise.
        reliability: How often it is right where it is how sure.
        brier: See `calibration.brier`.
        worst: The most surely wrong first.
        slices: The same figure for parts of the samples, by what is read of them.
        noisy: Accuracy by noise on the inputs.
    """

    names: tuple[str, ...]
    accuracy: Interval
    on_training: Interval
    macro_f1: Interval
    each: PerClass
    confusion: Ints
    roc: Mapping[str, Curve]
    precision_recall: Mapping[str, Curve]
    reliability: Reliability | None
    brier: float
    worst: tuple[Worst, ...]
    slices: tuple[Slice, ...]
    noisy: Mapping[float, float]


@dataclass(frozen=True)
class Values:
    """Of a loss that judges numbers.

    Args:
        figures: Of the residuals.
        on_training: Their root mean square on as many training samples.
        pairs: Targets (x) and answers (y) of some samples, (K, 2).
        residuals: Answer − target, all (N·D,).
        worst: The largest errors first.
        slices: Mean absolute error of parts of the samples, by what is read of them.
        noisy: Root mean square by noise on the inputs.
    """

    figures: Numbers
    on_training: Interval
    pairs: Floats
    residuals: Floats
    worst: tuple[Far, ...]
    slices: tuple[Slice, ...]
    noisy: Mapping[float, float]


@dataclass(frozen=True)
class Judged:
    """One loss of a run.

    Args:
        path: Of its node.
        title: Of its node.
        samples: On how many the figures are.
        of: How many there are.
        places: Answers of each sample.
        found: What was found out.
    """

    path: str
    title: str
    samples: int
    of: int
    places: int
    found: Classes | Values


@dataclass(frozen=True)
class Report:
    """Of a run at one step.

    Args:
        name: Of the project.
        run: Name of the folder.
        step: Steps made.
        data: Name of the file that it is judged on; empty where the run's own data is.
        is_new: The samples were never trained on.
        num_train: Training samples.
        num_evaluated: Samples of the part that is judged.
        scores: Every loss and metric over the whole part, by node path.
        titles: Of these nodes.
        baselines: What lazy answers reach.
        judged: Losses that more can be said about.
    """

    name: str
    run: str
    step: int
    data: str
    is_new: bool
    num_train: int
    num_evaluated: int
    scores: Mapping[str, float]
    titles: Mapping[str, str]
    baselines: Mapping[str, Baseline]
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class Compared:
    """Two runs on the same samples.

    Args:
        title: Of the loss.
        disagreement: Of answers that are one class each, otherwise None.
        difference: By how much the second is better: more right answers (a share), or a
            smaller absolute error (in the target's unit).
    """

    title: str
    disagreement: Disagreement | None
    difference: Interval
