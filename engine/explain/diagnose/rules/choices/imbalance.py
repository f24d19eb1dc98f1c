"""One class is nearly all there is: accuracy then says little."""

from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "imbalanced_classes"
SOURCE = "He & Garcia 2009, Learning from Imbalanced Data"
MOST = 0.95
"""Accuracy of who always answers the most frequent class."""


def check(record: Record) -> Found:
    """Return the finding when a lazy answer is nearly always right."""
    known = record.baselines
    lazy = {
        path: known[path]
        for path in record.accuracies
        if path in known and known[path].value >= MOST
    }
    if not lazy:
        return None
    path, baseline = max(lazy.items(), key=lambda item: item[1].value)
    return Finding(
        FAULT,
        tr("One class is nearly all"),
        tr("Who answers “{answer}” every time is right in {share} % of all samples.",
           answer=baseline.answer or tr("the most frequent class"),
           share=number(100 * baseline.value)),
        tr("Judge by F1 or recall instead of accuracy, and weigh the rare classes in "
           "the loss."),
        SOURCE,
        record.places([path]),
        (Evidence(tr("Accuracy of the lazy answer"), baseline.value, "≥", MOST),),
    )  # fmt: skip
