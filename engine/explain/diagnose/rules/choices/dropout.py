"""Dropout that leaves too little: what comes through is mostly noise."""

from engine.explain.diagnose.record import Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "dropout_too_high"
SOURCE = "Srivastava et al. 2014, Dropout: a share of 0.5 is close to optimal"
MOST = 0.92
"""Share that is dropped; a wide layer still learns behind 0.9, hardly behind 0.95."""
USUAL = 0.5
_TYPES = {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout",
          "feature_alpha_dropout"}  # fmt: skip


def check(record: Record) -> Found:
    """Return the finding when a layer drops nearly all of what it is given."""
    shares = {
        node.path: float(share)
        for node in record.nodes
        if node.type in _TYPES
        and isinstance(share := node.params.get("p"), int | float)
        and share > MOST
    }
    if not shares:
        return None
    places = record.places(shares)
    words = tuple(f"{p}.p={USUAL}" for p in places if p in record.project.graph.nodes)
    label = tr("Drop half instead")
    most = max(shares.values())
    return Finding(
        FAULT,
        tr("Dropout too high"),
        tr("Of what goes into it, dropout lets only {share} % through.",
           share=number(100 * (1 - most))),
        tr("Drop a half or less: each step learns from what is left alone."),
        SOURCE,
        places,
        (Evidence(tr("Share that is dropped"), most, "≥", MOST),),
        (Fix(label, (Assign(words),)),) if words else (),
    )  # fmt: skip
