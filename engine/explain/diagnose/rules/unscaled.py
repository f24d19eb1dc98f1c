"""Unscaled inputs: large columns take all the gradient, small ones get none."""

from engine.explain.diagnose import fixes
from engine.explain.diagnose.inputs import Input
from engine.explain.diagnose.record import Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.layers import registry
from engine.protocol.findings import Evidence, Finding, number

FAULT = "unscaled_inputs"
SOURCE = "LeCun et al. 1998, Efficient BackProp, section 4.3"
LARGE = 10.0
"""Root mean square of a column; standardised ones have 1, pixels in 0..1 less."""
_WEIGHTED = {"dense", "conv", "recurrent", "attention"}


def check(record: Record) -> Found:
    """Return the finding when raw numbers flow straight into weights."""
    large = [one for one in record.inputs if one.largest >= LARGE and _counts(one)]
    if not large:
        return None
    worst = max(large, key=lambda one: one.largest)
    spread = worst.largest / worst.smallest if worst.smallest > 0 else 1.0
    evidence = [Evidence(tr("RMS of the largest column"), worst.largest, "≥", LARGE)]
    return Finding(
        FAULT,
        tr("Unscaled inputs"),
        tr(
            "The largest column has a root mean square of {largest}, {spread} times "
            "that of the smallest: weights at large inputs take all the gradient.",
            largest=number(worst.largest),
            spread=number(spread),
        ),
        tr("Give every column mean 0 and deviation 1."),
        SOURCE,
        record.places([one.scaled_by or one.path for one in large]),
        tuple(evidence),
        (*_smaller(record, large), *fixes.standardise(record, _raw(large))),
    )


def _raw(large: list[Input]) -> list[str]:
    return [one.path for one in large if not one.scaled_by]


def _smaller(record: Record, large: list[Input]) -> tuple[Fix, ...]:
    """Offer a factor that leaves the largest column at 1."""
    words = []
    for one in large:
        if one.scaled_by in record.project.graph.nodes:
            old = record.node(one.scaled_by).params["factor"]
            assert isinstance(old, int | float)
            words.append(f"{one.scaled_by}.factor={old / one.largest:.0e}")
    label = tr("Scale the largest column to 1")
    return (Fix(label, (Assign(tuple(words)),)),) if words else ()


def _counts(one: Input) -> bool:
    categories = {registry.get(kind).category for kind in one.readers}
    return bool(categories & _WEIGHTED)
