"""Networks that read the answer: a target among what reaches the output."""

from collections.abc import Iterator

from engine.advice.structure.net import REARRANGED, Net
from engine.advice.structure.sources import identity
from engine.compile.flatten import FlatNode, Source
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of

_DIRECT = REARRANGED | {"cast", "one_hot"}


def answer_problems(net: Net) -> Iterator[Problem]:
    """Yield the losses whose input depends on their own target.

    A copy of the whole input as target is an autoencoder's, and a label that comes
    with noise makes samples: both are meant. Sequences are looked at elsewhere.
    """
    for loss in net.ends("loss"):
        start = net.start_of(net.source(loss, "target"), _DIRECT)
        if start is None or not _is_answer(net, start):
            continue
        above = net.feeds(loss.inputs[0][1])
        if any(net.by_path[source.path].type == "noise" for source in above):
            continue
        if any(_is_same(net, start, source) for source in above):
            yield _problem(net, loss, start)


def _is_answer(net: Net, start: Source) -> bool:
    """Return whether a port brings what is to be predicted, one value per sample."""
    node = net.by_path[start.path]
    if node.type != "data":
        return False
    layout = {port.port.name: port for port in spec_of(node.params).ports(node.params)}
    port = layout[start.port]
    return port.is_target and len(port.shape) < 2 and port.shape in {(), (1,)}


def _is_same(net: Net, start: Source, source: Source) -> bool:
    node, other = net.by_path[start.path], net.by_path[source.path]
    if other.type != "data" or source.port != start.port:
        return False
    return identity(node) == identity(other)


def _problem(net: Net, loss: FlatNode, start: Source) -> Problem:
    return Problem(
        loss.place,
        tr("The network reads what it has to find"),
        expected=tr("an output that doesn't depend on the target"),
        got=tr(
            "“{port}” of “{node}” reaches both",
            port=start.port,
            node=net.title(net.by_path[start.path]),
        ),
        port="input",
        severity="warning",
    )
