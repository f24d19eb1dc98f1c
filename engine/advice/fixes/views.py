"""What makes a picture or a map of an output that is none yet."""

from collections.abc import Iterator

from engine.advice.fixes import above
from engine.advice.fixes.fix_context import Spot
from engine.graph.problems import Fix


def offers(spot: Spot) -> Iterator[Fix]:
    """Yield the fixes of a view whose input can't be drawn."""
    if spot.spec.category != "view" or not spot.flows:
        return
    shape = spot.shape
    if spot.node.type == "image_grid" and len(shape) == 4:
        for kept in (3, 1):
            yield from spot.insert(0, ("slice", {"dim": 1, "stop": kept}))
    if len(shape) == 2 and shape[1] > 2:
        yield from spot.insert(0, ("slice", {"dim": 1, "stop": 2}))
    yield from above.give(spot, 2)
