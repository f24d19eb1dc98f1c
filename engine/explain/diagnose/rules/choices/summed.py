"""A loss that sums where it should average: all steps are as many times too large."""

import math
from collections.abc import Iterator
from dataclasses import replace

from engine.compile.flatten import FlatNode
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import exploding, too_fast
from engine.graph.edits import Edit, ReplaceNode
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "summed_loss"
SOURCE = "Goyal et al. 2017: a loss that sums wants a rate as many times smaller"
MANY = 10.0
"""Times the mean; a rate may be wrong by less and still work."""


def check(record: Record) -> Found:
    """Return the finding when the only loss is many means, and steps are too large.

    Among several losses a factor says what counts how much, and is meant.
    """
    trained = record.trained_losses()
    if record.num_phases > 1 or len(trained) != 1:
        return None
    loss = record.node(next(iter(trained)))
    sums = list(_sums(record, loss))
    factor = _weight(loss) * math.prod(n for _, n in sums)
    if factor < MANY or not (too_fast.check(record) or exploding.check(record)):
        return None
    return Finding(
        FAULT,
        tr("The loss sums instead of averaging"),
        tr(
            "What is minimised is {n} times a mean, and so is its gradient: the steps "
            "are too large for this learning rate.",
            n=number(factor),
        ),
        tr("Take the mean, or divide the learning rate by as much."),
        SOURCE,
        record.places([*(node.path for node, _ in sums), loss.path]),
        (Evidence(tr("Times the mean"), factor, "≥", MANY),),
        _means(record, loss, [node for node, _ in sums]),
    )


def _weight(loss: FlatNode) -> float:
    weight = loss.params.get("weight")
    return float(weight) if isinstance(weight, int | float) else 1.0


def _sums(record: Record, loss: FlatNode) -> Iterator[tuple[FlatNode, int]]:
    """Yield what adds up numbers of a sample right before the loss, and how many."""
    source = loss.inputs[0][1].path
    while True:
        node = record.node(source)
        if node.type != "reduce_sum":
            return
        source = node.inputs[0][1].path
        before, after = record.numbers[source], record.numbers[node.path]
        yield node, before // max(1, after)


def _means(record: Record, loss: FlatNode, sums: list[FlatNode]) -> tuple[Fix, ...]:
    """Offer the mean in the place of what sums, and a factor of 1."""
    edits: list[Edit] = [
        ReplaceNode(replace(n.node, type="reduce_mean"), n.scope) for n in sums
    ]
    if _weight(loss) > 1 and loss.place in record.project.graph.nodes:
        edits.append(Assign((f"{loss.place}.weight=1",)))
    return (Fix(tr("Take the mean instead"), tuple(edits)),) if edits else ()
