"""Walks over whatever is wired together: nodes, ports, blocks in blocks.

What is walked over is told by functions from a thing to its neighbours, so that the
same few walks serve a document's graph, a compiled program and blocks in blocks.
Things are met in the order of a depth-first search, and each of them once.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from engine.graph.ends import Edge

T = TypeVar("T", bound=Hashable)
Neighbours = Callable[[T], Sequence[T]]


class Wired(Protocol):
    """A graph, as far as a walk needs it."""

    def edges_into(self, node_id: str) -> Iterable[Edge]:
        """Return the wires into a node."""

    def edges_out_of(self, node_id: str) -> Iterable[Edge]:
        """Return the wires out of a node."""


def walk(starts: Iterable[T], following: Neighbours[T]) -> Iterator[T]:
    """Yield the starts and all that can be reached from them.

    Args:
        starts: Where to begin.
        following: Tells where to go on from each; it is asked when the walk goes on.
    """
    stack = list(dict.fromkeys(starts))
    seen = set(stack)
    while stack:
        current = stack.pop()
        yield current
        for each in following(current):
            if each not in seen:
                seen.add(each)
                stack.append(each)


def ancestors(graph: Wired, node_ids: Iterable[str]) -> set[str]:
    """Return nodes and all that they depend on."""
    return set(walk(node_ids, lambda n: [e.source.node for e in graph.edges_into(n)]))


def descendants(graph: Wired, node_ids: Iterable[str]) -> set[str]:
    """Return nodes and all that depends on them."""
    return set(walk(node_ids, lambda n: [e.target.node for e in graph.edges_out_of(n)]))


def between(graph: Wired, starts: Iterable[str], goals: Iterable[str]) -> set[str]:
    """Return the nodes on any path from a start to a goal, both ends included."""
    return descendants(graph, starts) & ancestors(graph, goals)


def leads_to(start: T, goal: T, below: Neighbours[T], above: Neighbours[T]) -> bool:
    """Return whether `goal` is `start` or lies below it.

    It walks from both ends in turn: in a chain of 20,000 nodes one of them is often
    met at once, and a walk from one end alone may go through all the others.
    """
    both = zip(walk([start], below), walk([goal], above), strict=False)
    return any(one == goal or two == start for one, two in both)


def topological(
    things: Iterable[T], above: Neighbours[T], below: Neighbours[T]
) -> Iterator[T]:
    """Yield things after all that are above them; those in circles never.

    Where the wires leave it open, a thing comes as soon as it can after the one that
    made it possible: branches stay together, and otherwise the given order holds.
    """
    missing = {thing: _num_different(above(thing)) for thing in things}
    ready = [thing for thing, count in missing.items() if count == 0]
    ready.reverse()
    while ready:
        current = ready.pop()
        yield current
        for target in reversed(dict.fromkeys(below(current))):
            missing[target] -= 1
            if missing[target] == 0:
                ready.append(target)


def _num_different(things: Sequence[T]) -> int:
    return len(set(things)) if len(things) > 1 else len(things)


def cycle(things: Iterable[T], above: Neighbours[T], below: Neighbours[T]) -> T | None:
    """Return one that depends on itself; None when none does.

    What a topological walk leaves out stands in a circle or below one. Upwards from
    there every step has one more that was left out: at last one comes a second time.
    """
    everything = list(things)
    ordered = set(topological(everything, above, below))
    current = next((thing for thing in everything if thing not in ordered), None)
    seen: set[T] = set()
    while current is not None and current not in seen:
        seen.add(current)
        current = next(each for each in above(current) if each not in ordered)
    return current
