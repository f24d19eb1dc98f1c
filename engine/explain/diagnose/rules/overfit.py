"""Overfitting: training data is learnt by heart, new data gets no better."""

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "overfitting"
SOURCE = "Prechelt 1998, Early stopping – but when?; Geman et al. 1992"
GAP = 0.15
"""Validation loss − training loss, as a share of the first loss."""
RISE = 1.03
"""Validation loss now over its lowest: the curve has turned back up."""
ERRORS = 0.08
"""Training accuracy − validation accuracy, where there is one."""


def check(record: Record) -> Found:
    """Return the finding when the curves part and the validation loss turns up.

    A training that brings back its best weights has seen to that already.
    """
    pairs, first = record.pairs("loss"), record.loss.first
    keeps_best = record.project.training.value("keep_best")
    if keeps_best or len(pairs) <= FEW or not first > 0:
        return None
    new, known = pairs[-1]
    values = [value for value, _ in pairs]
    lowest = min(values)
    since = len(pairs) - 1 - values.index(lowest)
    rise, gap = new / lowest if lowest > 0 else 1.0, (new - known) / first
    gaps = [k - n for name in record.accuracies for n, k in record.pairs(name)[-1:]]
    is_wrong = not gaps or max(gaps) >= ERRORS
    if since < FEW or rise < RISE or gap < GAP or not is_wrong:
        return None
    text = tr(
        "The training loss is down to {known}, while the validation loss has risen "
        "from {lowest} to {new}.",
        known=number(known),
        lowest=number(lowest),
        new=number(new),
    )
    return _finding(record, text, _evidence(record, rise, gap, gaps))


def _evidence(
    record: Record, rise: float, gap: float, gaps: list[float]
) -> tuple[Evidence, ...]:
    parted = tr("Validation loss − training loss, of the first loss")
    lowest, first = record.pairs("loss")[-1][0] / rise, record.loss.first
    risen = course.of_pairs(record, "loss", lambda new, _: new / lowest, "≥")
    apart = course.of_pairs(
        record, "loss", lambda new, known: (new - known) / first, "≥"
    )
    evidence = [
        Evidence(tr("Validation loss over its lowest"), rise, "≥", RISE, risen),
        Evidence(parted, gap, "≥", GAP, apart),
    ]
    if gaps:
        what = tr("Training accuracy − validation accuracy")
        name = record.accuracies[gaps.index(max(gaps))]
        worse = course.of_pairs(record, name, lambda new, known: known - new, "≥")
        evidence.append(Evidence(what, max(gaps), "≥", ERRORS, worse))
    return tuple(evidence)


def _finding(record: Record, text: str, evidence: tuple[Evidence, ...]) -> Finding:
    offers = (fixes.all_data(record), fixes.stop_early(record), fixes.decay(record))
    return Finding(
        FAULT,
        tr("Overfitting"),
        text,
        tr("Give it more data, a smaller network, dropout or weight decay."),
        SOURCE,
        record.data_nodes(),
        evidence,
        tuple(fix for group in offers for fix in group),
    )
