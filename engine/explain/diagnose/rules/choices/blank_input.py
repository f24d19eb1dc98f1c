"""A blank input: every sample brings the same numbers."""

from engine.explain.diagnose.record import Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding

FAULT = "blank_input"
SOURCE = "Shannon 1948: what never changes carries no information"


def check(record: Record) -> Found:
    """Return the finding when an input is the same for all samples that are read."""
    blank = [one for one in record.inputs if not one.varies and one.readers]
    if not blank:
        return None
    scales = [one.scaled_by for one in blank if one.scaled_by]
    places = record.places([*scales, *(one.path for one in blank)])
    words = tuple(
        f"{place}.factor=1"
        for place in record.places(scales)
        if place in record.project.graph.nodes
    )
    label = tr("Let the numbers through as they are")
    return Finding(
        FAULT,
        tr("The input never changes"),
        tr(
            "All samples bring the same numbers into the network: no answer can follow "
            "from them."
        ),
        tr("Look at what stands between the data and the first layer."),
        SOURCE,
        places,
        (Evidence(tr("Largest difference between two samples"), 0.0, "≤", 0.0),),
        (Fix(label, (Assign(words),)),) if words else (),
    )
