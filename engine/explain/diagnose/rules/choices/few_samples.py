"""BatchNorm over one or two samples: what it subtracts is mostly chance."""

from engine.explain.diagnose.record import Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding

FAULT = "batch_norm_of_few"
SOURCE = "Wu & He 2018, Group Normalization: BatchNorm's error soars in batches of 2"
FEW = 2
"""Samples of a batch: of two, normalised, one is 1 and the other −1."""
USUAL = 32


def check(record: Record) -> Found:
    """Return the finding when a BatchNorm compares one or two samples."""
    size = record.project.training.value("batch_size")
    norms = [
        node.path
        for node in record.nodes
        if node.type.startswith("batch_norm") and node.trainable
    ]
    if not norms or not isinstance(size, int) or size > FEW:
        return None
    label = tr("Set Batch size to {n}", n=USUAL)
    return Finding(
        FAULT,
        tr("BatchNorm of too few samples"),
        tr(
            "BatchNorm compares each sample with its batch, and a batch has only "
            "{n:sample|samples}: what it takes away is mostly chance.",
            n=size,
        ),
        tr("Take larger batches, or a normalisation within each sample."),
        SOURCE,
        record.places(norms),
        (Evidence(tr("Samples in a batch"), float(size), "≤", FEW),),
        (Fix(label, (Assign((f"batch_size={USUAL}",)),)),),
    )
