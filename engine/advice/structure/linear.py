"""Two linear layers with nothing between them that bends: together they are one."""

import math
from collections.abc import Iterator

from engine.advice.structure.net import Net
from engine.compile.flatten import FlatNode, Source
from engine.graph.problems import Problem
from engine.i18n import tr

_CONVS = {f"conv{kind}{d}d" for kind in ("", "_transpose") for d in (1, 2, 3)}
_LINEAR = {"linear", *_CONVS}
_STRAIGHT = {
    *("flatten", "reshape", "unflatten", "squeeze", "unsqueeze", "reroute"),
    *("identity", "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"),
    *("batch_norm1d", "batch_norm2d", "batch_norm3d", "learned_scale", "scale"),
}
"""What stays linear between two layers; norms are so once training is over."""


def linear_problems(net: Net) -> Iterator[Problem]:
    """Yield the second layer of each pair that one layer could replace."""
    for node in net.nodes:
        if node.type in _LINEAR:
            first = _straight_above(net, node)
            if first is not None and _is_one(net, first, node):
                yield _problem(net, first, node)


def _straight_above(net: Net, node: FlatNode) -> FlatNode | None:
    """Return the linear layer that reaches a layer straight, and nothing else."""
    source = node.inputs[0][1]
    while len(net.readers(source)) == 1:
        above = net.by_path[source.path]
        if above.type in _LINEAR:
            return above
        if above.type not in _STRAIGHT:
            return None
        source = above.inputs[0][1]
    return None


def _is_one(net: Net, first: FlatNode, second: FlatNode) -> bool:
    """Return whether a single layer could do the same, and both are meant to learn.

    A narrow place between two layers is a factor of low rank, channels on their own
    and long thin kernels save weights: they are done on purpose.
    """
    on_purpose = any(_is_sparing(node) for node in (first, second))
    is_repeated = second.path != second.place
    on_purpose |= first.scope != second.scope and is_repeated  # gives it its width
    if on_purpose or first.trainable != second.trainable:
        return False
    enter, between = _size(net, first, inside=True), _size(net, first, inside=False)
    leave = _size(net, second, inside=False)
    return between >= min(enter, leave)


def _is_sparing(node: FlatNode) -> bool:
    kernel = node.params.get("kernel_size")
    is_thin = isinstance(kernel, tuple) and len(set(kernel)) > 1
    return is_thin or node.params.get("groups", 1) != 1


def _size(net: Net, node: FlatNode, *, inside: bool) -> int:
    """Return how many numbers of a sample enter a layer, or leave it."""
    flow = (
        net.context(node).flows[0]
        if inside
        else net.flow(Source(node.path, node.outputs[0]))
    )
    return math.prod(flow.shape[1:])


def _problem(net: Net, first: FlatNode, second: FlatNode) -> Problem:
    names = {"first": net.title(first), "second": net.title(second)}
    return Problem(
        second.place,
        tr("Nothing bends between “{first}” and “{second}”", **names),
        expected=tr("an activation between them, such as ReLU"),
        got=tr("two linear layers in a row, which can do no more than one"),
        port="input",
        fixes=tuple(net.context(second).insert(0, ("relu", {}))),
        severity="warning",
    )
