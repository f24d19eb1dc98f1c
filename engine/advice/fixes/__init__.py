"""What one click can do about an input that doesn't fit, where that is known."""

from collections.abc import Callable, Iterator

from engine.advice.document.guarded import advised
from engine.advice.fixes import merges, ranks, settings, targets, upstream, views
from engine.advice.fixes.fix_context import FixContext
from engine.graph.problems import Fix
from engine.layers import registry

MAX_FIXES = 3
Maker = Callable[[FixContext], Iterator[Fix]]


def fixes_for(context: FixContext) -> tuple[Fix, ...]:
    """Return what solves the problem of a node that doesn't fit, likeliest first."""
    found: dict[str, Fix] = {}
    for make in _MAKERS:
        for fix in advised(_first, make, context):
            found.setdefault(fix.label, fix)
        if len(found) >= MAX_FIXES:
            break
    return tuple(found.values())[:MAX_FIXES]


def _first(
    make: Callable[[FixContext], Iterator[Fix]], context: FixContext
) -> Iterator[Fix]:
    """Yield the first fixes of one kind that have words of their own."""
    labels: set[str] = set()
    for fix in make(context):
        labels.add(fix.label)
        yield fix
        if len(labels) == MAX_FIXES:
            return


def _casts(context: FixContext) -> Iterator[Fix]:
    """Yield a layer for the numbers that come, or a Cast to those that should."""
    if context.node.type == "embedding":
        yield from context.retype(
            "linear", out_features=context.node.params["embedding_dim"]
        )
    declared = {port.name: port for port in registry.get(context.node.type).inputs}
    for index, (name, _) in enumerate(context.node.inputs):
        is_float = context.flows[index].dtype.is_floating_point
        kind = "int" if is_float else "float"
        if declared[name].kind == kind:
            yield from context.insert(index, ("cast", {"to": kind}))


def _removal(context: FixContext) -> Iterator[Fix]:
    """Yield the removal of a layer that only rearranges what it can't take."""
    if context.spec.category == "shape" and len(context.flows) == 1:
        yield from context.bypass()


_MAKERS: tuple[Maker, ...] = (
    _casts,
    targets.fixes,
    settings.fixes,
    ranks.fixes,
    merges.fixes,
    views.fixes,
    upstream.multiples,
    _removal,
)
