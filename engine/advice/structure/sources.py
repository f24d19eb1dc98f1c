"""Data nodes that bring the same samples, or samples that don't belong together."""

from collections.abc import Iterator
from itertools import combinations

from engine.advice.structure.net import REARRANGED, Net
from engine.compile.flatten import FlatNode, Source
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of
from engine.layers.spec import Value

_LOOKS = {"scaling", "scale_target", "label_noise"}
"""Settings that change the numbers of a sample, not which one it is."""
_DIRECT = REARRANGED | {"cast", "one_hot"}
Identity = tuple[tuple[str, Value], ...]


def identity(node: FlatNode) -> Identity:
    """Return what decides which samples a data node brings in a step."""
    known = spec_of(node.params)
    items = [
        (name, value)
        for name, value in node.params.items()
        if name not in _LOOKS and (known.uses(name) or name == "source")
    ]
    if node.params.get("order") == "own":
        items.append(("path", node.path))
    return tuple(sorted(items, key=lambda item: item[0]))


def source_problems(net: Net) -> Iterator[Problem]:
    """Yield data nodes that a loss can't use together as it does."""
    for loss in net.ends("loss"):
        yield from _same(net, loss)
        yield from _mixed(net, loss)


def _feeds(net: Net, source: Source | None) -> set[Source]:
    """Return the ports of data nodes that a value depends on."""
    return {s for s in net.feeds(source) if net.by_path[s.path].type == "data"}


def _same(net: Net, loss: FlatNode) -> Iterator[Problem]:
    """Warn of two nodes that bring one and the same sample to one loss."""
    found = set().union(*(_feeds(net, source) for _, source in loss.inputs))
    for one, other in combinations(_in_order(net, found), 2):
        first, second = net.by_path[one.path], net.by_path[other.path]
        is_twice = first.path != second.path and one.port == other.port
        if is_twice and identity(first) == identity(second):
            names = {"second": net.title(second), "first": net.title(first)}
            yield Problem(
                second.place,
                tr("“{second}” brings the same samples as “{first}”", **names),
                expected=tr("other samples, or a single data node"),
                got=tr("the same sample from both, in every step"),
                fixes=tuple(_own_order(net, second)),
                severity="warning",
            )


def _own_order(net: Net, node: FlatNode) -> Iterator[Fix]:
    return net.context(node).set({"order": "own"}, tr("Draw in an order of its own"))


def _in_order(net: Net, found: set[Source]) -> list[Source]:
    rank = {node.path: index for index, node in enumerate(net.nodes)}
    return sorted(found, key=lambda source: (rank[source.path], source.port))


def _mixed(net: Net, loss: FlatNode) -> Iterator[Problem]:
    """Warn of a target that belongs to other samples than the output."""
    start = net.start_of(net.source(loss, "target"), _DIRECT)
    if start is None or net.by_path[start.path].type != "data":
        return
    right = net.by_path[start.path]
    read = [net.by_path[s.path] for s in _feeds(net, loss.inputs[0][1])]
    if not read or any(identity(node) == identity(right) for node in read):
        return
    yield Problem(
        loss.place,
        tr("The target belongs to other samples than the input"),
        expected=tr("both from one data node, or from two with the same settings"),
        got=tr(
            "the input of “{left}”, the target of “{right}”",
            left=net.title(read[0]),
            right=net.title(right),
        ),
        port="target",
        severity="warning",
    )
