"""What one click can do about an input that doesn't fit, where that is known."""

from collections.abc import Callable, Iterator

from engine.advice.document.guarded import advised
from engine.advice.fixes import above, merges, ranks, settings, targets, views
from engine.advice.fixes.fix_context import Spot
from engine.graph.problems import Fix
from engine.layers import registry

MAX_FIXES = 3


def fixes_for(spot: Spot) -> tuple[Fix, ...]:
    """Return what solves the problem of a node that doesn't fit, likeliest first."""
    found: dict[str, Fix] = {}
    for offers in _OFFERS:
        for fix in advised(_first, offers, spot):
            found.setdefault(fix.label, fix)
        if len(found) >= MAX_FIXES:
            break
    return tuple(found.values())[:MAX_FIXES]


def _first(offers: Callable[[Spot], Iterator[Fix]], spot: Spot) -> Iterator[Fix]:
    """Yield the first fixes of one kind that have words of their own."""
    labels: set[str] = set()
    for fix in offers(spot):
        labels.add(fix.label)
        yield fix
        if len(labels) == MAX_FIXES:
            return


def _casts(spot: Spot) -> Iterator[Fix]:
    """Yield a layer for the numbers that come, or a Cast to those that should."""
    if spot.node.type == "embedding":
        yield from spot.retype("linear", out_features=spot.node.params["embedding_dim"])
    declared = {port.name: port for port in registry.get(spot.node.type).inputs}
    for index, (name, _) in enumerate(spot.node.inputs):
        is_float = spot.flows[index].dtype.is_floating_point
        kind = "int" if is_float else "float"
        if declared[name].kind == kind:
            yield from spot.insert(index, ("cast", {"to": kind}))


def _removal(spot: Spot) -> Iterator[Fix]:
    """Yield the removal of a layer that only rearranges what it can't take."""
    if spot.spec.category == "shape" and len(spot.flows) == 1:
        yield from spot.bypass()


_OFFERS: tuple[Callable[[Spot], Iterator[Fix]], ...] = (
    _casts,
    targets.offers,
    settings.offers,
    ranks.offers,
    merges.offers,
    views.offers,
    above.multiples,
    _removal,
)
