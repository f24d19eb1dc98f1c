"""What makes a picture or a map of an output that is none yet."""

from collections.abc import Iterator

from engine.advice.fixes import upstream
from engine.advice.fixes.fix_context import FixContext
from engine.graph.problems import Fix


def fixes(context: FixContext) -> Iterator[Fix]:
    """Yield the fixes of a view whose input can't be drawn."""
    if context.spec.category != "view" or not context.flows:
        return
    shape = context.shape
    if context.node.type == "image_grid" and len(shape) == 4:
        for kept in (3, 1):
            yield from context.insert(0, ("slice", {"dim": 1, "stop": kept}))
    if len(shape) == 2 and shape[1] > 2:
        yield from context.insert(0, ("slice", {"dim": 1, "stop": 2}))
    yield from upstream.give(context, 2)
