"""The order of what a search has found: how well it fits the words, then the place."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from engine.layers.search import SCATTERED, distance

T = TypeVar("T")


class Names(NamedTuple):
    """What something is found by.

    Args:
        own: What it is called.
        others: Other words for it, a little further away.
    """

    own: tuple[str, ...]
    others: tuple[str, ...] = ()


def _nowhere(_item: object) -> float:
    return 0.0


def ranked(
    text: str,
    items: Iterable[T],
    names: Callable[[T], Names],
    place: Callable[[T], float] = _nowhere,
) -> list[T]:
    """Return the items that fit a search, the best first.

    Of those that fit the words equally well (all begin so, all have it inside) the one
    that fits where it would go comes first. Letters with gaps between them count only
    where nothing else fits.

    Args:
        text: What was typed; with nothing typed the place alone counts.
        items: In the order of equals.
        names: Returns what an item is found by.
        place: Returns how little an item fits where it would go; 0 is best.
    """
    found = []
    for order, item in enumerate(items):
        own, others = names(item)
        far = distance(text, own, others)
        if far is not None:
            found.append((int(far), place(item), far, order, item))
    if any(kind < SCATTERED for kind, *_ in found):
        found = [one for one in found if one[0] < SCATTERED]
    return [item for *_, item in sorted(found, key=lambda one: one[:4])]
