"""Targets that CTC can't lay along its input."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from engine.advice.structure.net import REARRANGED, Net
from engine.compile.flatten import FlatNode
from engine.graph.problems import Problem
from engine.i18n import tr

Array: TypeAlias = Any
"""Of numpy."""


def alignment_problems(net: Net) -> Iterator[Problem]:
    """Yield the CTC losses with targets too long, or with the blank in them."""
    for loss in net.ends("loss"):
        if loss.type != "ctc":
            continue
        start = net.start_of(net.source(loss, "target"), REARRANGED)
        targets_NS = net.samples(start)
        if targets_NS is None or targets_NS.ndim != 2:
            continue
        counted_NS = _counted(net, loss, targets_NS)
        if counted_NS is not None:
            yield from _too_long(net, loss, targets_NS, counted_NS)
            yield from _blank(net, loss, targets_NS, counted_NS)


def _counted(net: Net, loss: FlatNode, targets_NS: Array) -> Array:
    """Return which places count; None where the lengths aren't known."""
    lengths = net.source(loss, "target_lengths")
    if lengths is None:
        return targets_NS > -1
    lengths_N = net.samples(net.start_of(lengths, REARRANGED))
    if lengths_N is None:
        return None
    places_S = (targets_NS[0] * 0 + 1).cumsum()
    return places_S <= lengths_N.reshape(-1, 1)


def _too_long(
    net: Net,
    loss: FlatNode,
    targets_NS: Array,
    counted_NS: Array,
) -> Iterator[Problem]:
    """Warn of targets that need more steps: one per label, one more per repeat."""
    steps = net.context(loss).flows[0].shape[1]
    same_NS = (targets_NS[:, 1:] == targets_NS[:, :-1]) & counted_NS[:, 1:]
    needed_N = counted_NS.sum(1) + same_NS.sum(1)
    count = int((needed_N > steps).sum())
    if count:
        yield Problem(
            loss.place,
            tr("{loss} can't align some targets", loss=net.title(loss)),
            expected=tr(
                "at least {n:step|steps}: a label each, and a blank between equal ones",
                n=int(needed_N.max()),
            ),
            got=tr(
                "{steps:step|steps}; {count} of {total} samples count nothing",
                steps=steps,
                count=count,
                total=len(targets_NS),
            ),
            port="input",
            severity="warning",
        )


def _blank(
    net: Net,
    loss: FlatNode,
    targets_NS: Array,
    counted_NS: Array,
) -> Iterator[Problem]:
    """Warn of targets in which the blank stands as a label."""
    blank = loss.params["blank"]
    count = int(((targets_NS == blank) & counted_NS).any(1).sum())
    if count:
        classes = net.context(loss).flows[0].shape[2]
        free = [c for c in range(classes) if not ((targets_NS == c) & counted_NS).any()]
        context = net.context(loss)
        yield Problem(
            loss.place,
            tr("The blank stands in the targets of {loss}", loss=net.title(loss)),
            expected=tr("a class that no target has"),
            got=tr(
                "class {blank} in {count} of {total} samples",
                blank=blank,
                count=count,
                total=len(targets_NS),
            ),
            port="target",
            fixes=tuple(f for c in free[-1:] for f in context.set({"blank": c})),
            severity="warning",
        )
