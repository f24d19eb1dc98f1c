"""Shares that sum to one over the wrong dimension."""

from collections.abc import Iterator

from engine.advice.checks.value_checks import site_of
from engine.advice.structure.net import Net
from engine.compile.flatten import FlatNode
from engine.compile.modules.classes import class_dim
from engine.graph.problems import Problem
from engine.i18n import tr

_SOFT = {"softmax", "log_softmax", "softmin"}
_SAME_PLACE = frozenset({"identity", "reroute", "dropout", "scale", "log", "clamp"})


def axis_problems(net: Net) -> Iterator[Problem]:
    """Yield the softmaxes that don't run over what their reader asks about."""
    for node in net.nodes:
        if node.type in _SOFT:
            yield from _single(net, node)
    for end in net.nodes:
        soft, wanted = _asked(net, end)
        if soft is None or wanted is None:
            continue
        shape = net.context(soft).shape
        given = _dim(soft, len(shape))
        if given != wanted % len(shape) and shape[given] > 1:
            yield _problem(net, soft, end, wanted % len(shape))


def _asked(net: Net, end: FlatNode) -> tuple[FlatNode | None, int | None]:
    """Return the softmax that a node reads, and the dimension that it asks about."""
    if not end.inputs:
        return None, None
    soft = net.origin(end.inputs[0][1], _SAME_PLACE)
    if end.type == "matmul":  # rows of the left one, columns of the right one
        for index, dim in ((0, -1), (1, -2)):
            soft = net.origin(end.inputs[index][1], _SAME_PLACE)
            if soft is not None and soft.type in _SOFT:
                return soft, dim
        return None, None
    if soft is None or soft.type not in _SOFT:
        return None, None
    if "class_dim" in end.params:
        context = net.context(end)
        is_single = context.flows[0].shape == context.flows[1].shape
        is_soft = context.flows[1].dtype.is_floating_point
        return soft, None if is_single and not is_soft else class_dim(site_of(context))
    return soft, -1 if end.type in {"kl_div", "ctc"} else None


def _dim(soft: FlatNode, rank: int) -> int:
    dim = soft.params["dim"]
    assert isinstance(dim, int)
    return dim % rank


def _problem(net: Net, soft: FlatNode, end: FlatNode, wanted: int) -> Problem:
    shape = net.context(soft).shape
    given = _dim(soft, len(shape))
    return Problem(
        soft.place,
        tr("“{soft}” runs over the wrong dimension", soft=net.title(soft)),
        expected=tr(
            "dimension {dim}, the {n} that {reader} asks about",
            dim=wanted,
            n=shape[wanted],
            reader=net.title(end),
        ),
        got=tr("dimension {dim}, which has {n}", dim=given, n=shape[given]),
        fixes=tuple(net.context(soft).set({"dim": wanted})),
        severity="warning",
    )


def _single(net: Net, soft: FlatNode) -> Iterator[Problem]:
    """Warn of shares among one: always the same, whatever is learned."""
    shape = net.context(soft).shape
    given = _dim(soft, len(shape))
    if shape[given] != 1:
        return
    dims = [dim for dim in range(1, len(shape)) if shape[dim] > 1]
    fixes = [fix for dim in dims for fix in net.context(soft).set({"dim": dim})]
    if soft.type == "softmax":
        fixes += net.context(soft).retype("sigmoid")
    yield Problem(
        soft.place,
        tr("“{soft}” over a single number is always the same", soft=net.title(soft)),
        expected=tr("a dimension with two numbers or more"),
        got=tr("dimension {dim}, which has {n}", dim=given, n=1),
        fixes=tuple(fixes[:3]),
        severity="warning",
    )
