"""Learnt by heart alone: nothing of what it learns holds for a new sample."""

from collections.abc import Callable

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.findings import Comparison, Course, Evidence, Finding, number

FAULT = "labels_unrelated"
SOURCE = "Zhang et al. 2017, Understanding deep learning requires rethinking"
LEARNT = 0.995
"""Training loss as a share of what guessing gives: so much was learnt."""
NO_GAIN = 1.0
"""The lowest validation loss as a share of the same: nothing of it ever held."""
APART = 0.02
"""Validation loss − training loss, as a share of the same: more than chance."""
RIGHT = 0.05
"""Accuracy above the lazy one that shows that something holds after all."""


def check(record: Record) -> Found:
    """Return the finding when training samples are learnt and no new one is."""
    pairs = record.pairs("loss")
    guess = (
        baselines.total(record.goals[0], record.baselines)
        if record.num_phases == 1 and record.goals
        else None
    )
    if guess is None or not guess.value > 0 or len(pairs) < FEW:
        return None
    lowest = min(new for new, _ in pairs) / guess.value
    new, known = (value / guess.value for value in pairs[-1])
    if known > LEARNT or lowest < NO_GAIN or new - known < APART:
        return None
    if _is_often_right(record):
        return None
    return Finding(
        FAULT,
        tr("Labels don't follow from the inputs"),
        tr(
            "It learns its training samples by heart, their loss is {learnt} % of what "
            "guessing gives, but on new samples it was never better than guessing.",
            learnt=number(100 * known),
        ),
        tr("Look whether the labels belong to the samples: another order, perhaps."),
        SOURCE,
        record.data_nodes(),
        _evidence(record, guess.value, lowest),
        fixes.right_labels(record),
    )


def _evidence(record: Record, guess: float, lowest: float) -> tuple[Evidence, ...]:
    """Return training and validation loss beside what guessing gives."""
    new, known = (value / guess for value in record.pairs("loss")[-1])

    def along(value: Callable[[float, float], float], way: Comparison) -> Course:
        return course.of_pairs(record, "loss", lambda *both: value(*both) / guess, way)

    return (
        Evidence(
            tr("Training loss over that of guessing"),
            known,
            "≤",
            LEARNT,
            along(lambda _, old: old, "≤"),
        ),
        Evidence(
            tr("Lowest validation loss over that of guessing"),
            lowest,
            "≥",
            NO_GAIN,
            along(lambda new, _: new, "≤"),
        ),
        Evidence(
            tr("Validation loss − training loss, of that of guessing"),
            new - known,
            "≥",
            APART,
            along(lambda new, old: new - old, "≥"),
        ),
    )


def _is_often_right(record: Record) -> bool:
    """Return whether answers are right more often than always the same one is."""
    for name in record.accuracies:
        known = record.baselines.get(name)
        found = [each.values.get(name, 0.0) for each in record.evaluations]
        if known and found and max(found) > known.value + RIGHT:
            return True
    return False
