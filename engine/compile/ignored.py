"""Labels that a loss leaves out: metrics and views of the same scores leave them out.

They follow the loss unless they have a label of their own in `ignore_index`.
"""

from collections.abc import Iterator, Mapping, Sequence

from engine.compile.flatten import FlatNode, Source

NAME = "ignore_index"
_LOSSES = {"cross_entropy", "nll"}
_SAME_ORDER = {"softmax", "log_softmax"}
_REARRANGED = {
    *("flatten", "reshape", "unflatten", "squeeze", "unsqueeze", "reroute"),
    *("identity", "transpose", "permute", "cast"),
}
"""What scores, or labels, may go through and still be the same ones."""


def following(nodes: Sequence[FlatNode]) -> list[FlatNode]:
    """Return the nodes; metrics and views leave out what the loss leaves out.

    Args:
        nodes: In topological order.
    """
    by_path = {node.path: node for node in nodes}
    ignored = _ignored(nodes, by_path)
    return [_followed(node, by_path, ignored) for node in nodes]


def disagreeing(nodes: Sequence[FlatNode]) -> Iterator[tuple[FlatNode, list[int]]]:
    """Yield what has no label of its own and several losses that ignore different ones.

    Args:
        nodes: In topological order.
    """
    by_path = {node.path: node for node in nodes}
    ignored = _ignored(nodes, by_path)
    for node in nodes:
        if _may_follow(node):
            labels = ignored.get(judged(node, by_path), set())
            if len(labels) > 1:
                yield node, sorted(label for label in labels if label is not None)


_Judged = tuple[Source | None, Source | None]
_Ignored = Mapping[_Judged, set[int | None]]


def _ignored(nodes: Sequence[FlatNode], by_path: Mapping[str, FlatNode]) -> _Ignored:
    """Return which labels the losses of the same scores and labels ignore."""
    # Softmax keeps the order of scores, a flatten or a cast keeps the numbers: what is
    # judged is the same when the first thing before all these is.
    found: dict[_Judged, set[int | None]] = {}
    for node in nodes:
        if node.type in _LOSSES:
            label = node.params[NAME]
            assert label is None or isinstance(label, int)
            found.setdefault(judged(node, by_path), set()).add(label)
    return found


def _may_follow(node: FlatNode) -> bool:
    is_open = NAME in node.params and node.params[NAME] is None
    return is_open and node.type not in _LOSSES


def _followed(
    node: FlatNode, by_path: Mapping[str, FlatNode], ignored: _Ignored
) -> FlatNode:
    if not _may_follow(node):
        return node
    labels = ignored.get(judged(node, by_path), set())
    if len(labels) != 1:
        return node
    return node._replace(params={**node.params, NAME: next(iter(labels))})


def judged(node: FlatNode, by_path: Mapping[str, FlatNode]) -> _Judged:
    """Return where scores and target of a loss or metric come from.

    Args:
        node: Of the loss or metric.
        by_path: All flat nodes.
    """
    wires = dict(node.inputs)
    return (
        _origin(wires.get("input"), by_path, _REARRANGED | _SAME_ORDER),
        _origin(wires.get("target"), by_path, _REARRANGED),
    )


def _origin(
    source: Source | None, by_path: Mapping[str, FlatNode], through: set[str]
) -> Source | None:
    while source is not None:
        node = by_path.get(source.path)
        if node is None or node.type not in through or not node.inputs:
            return source
        source = node.inputs[0][1]
    return None
