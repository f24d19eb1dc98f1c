"""Wrong labels: the network is right more often than its own training labels."""

import math
import operator

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "bad_labels"
SOURCE = "Arpit et al. 2017, A closer look at memorization; Zhang et al. 2017"
GAP = 0.15
"""Accuracy on new data above that on training data. Patterns are learnt before
exceptions, so right labels agree with the network early and wrong ones don't."""
SIGMAS = 4.0
"""How far the gap must lie beyond chance."""


def check(record: Record) -> Found:
    """Return the finding when validation beats training by far at some moment."""
    # Two shares of n samples each differ by √(2·p(1 − p)/n), at most √(½/n), by chance.
    chance = SIGMAS * math.sqrt(0.5 / max(1, record.num_evaluated))
    limit = max(GAP, chance)
    pairs = [
        (new - known, new, known, name)
        for name in record.accuracies
        for new, known in record.pairs(name)
    ]
    gap, new, known, name = max(pairs, default=(0.0, 0.0, 0.0, ""))
    if gap < limit:
        return None
    return Finding(
        FAULT,
        tr("Wrong labels"),
        tr(
            "It answers {new} % of new samples rightly but agrees with only {known} % "
            "of the labels that it is trained with.",
            new=number(100 * new),
            known=number(100 * known),
        ),
        tr("Look at the training labels; until then, stop early."),
        SOURCE,
        record.data_nodes(),
        (
            Evidence(
                tr("Validation accuracy − training accuracy"),
                gap,
                "≥",
                limit,
                course.of_pairs(record, name, operator.sub, "≥"),
            ),
        ),
        (*fixes.right_labels(record), *fixes.stop_early(record)),
    )
