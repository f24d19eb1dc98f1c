"""Paths to the loss: a backward pass that doesn't add up where the network forks.

The gradient of a weight is the sum over all paths from its layer to a loss; along each
the local slopes multiply (the chain rule). Paths are found best-first by the size of
the gradient that is under way, because there may be thousands: twelve residual blocks
make 4,096.
"""

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from engine.explain.trace.recording import Recording, Source
from engine.explain.trace.replay import Replay, replayed

Steps = tuple[str, ...]
Ports = tuple[int, ...]


class _Way(NamedTuple):
    """As far as a path has come, from the loss backwards."""

    steps: Steps
    ports: Ports


@dataclass(frozen=True)
class Path:
    """One way from a node to a loss.

    Args:
        nodes: Paths of the nodes, from the one with the weights to the loss.
        ports: Through which input it enters each of those behind the first, counted
            from 0: two wires may join the same two nodes.
        gradient: What comes to the weights along it.

    Shape:
        as the weights
    """

    nodes: Steps
    ports: Ports
    gradient: Tensor


def paths(
    recorded: Recording, node: str, weight: str, most: int = 20, tried: int = 2000
) -> list[Path]:
    """Return the paths along which most gradient comes to a tensor of weights.

    Args:
        recorded: A step; weights are still those of then.
        node: Path of the node that uses the weights.
        weight: Torch's name of the tensor within it.
        most: How many are returned.
        tried: How often a node is gone through at most.

    Returns:
        The largest first. All of them add up to the gradient of this use; where more
        were there than were tried, the rest is what is missing.

    Threads: the one that trains.
    """
    on_the_way = _leading_to(recorded.sources, node)
    found: list[Path] = []
    with ExitStack() as stack:
        search = _Search(recorded, on_the_way, stack)
        for way, replay, cotangents in itertools.islice(search.best_first(), tried):
            if way.steps[0] == node:
                slope = replay.back(cotangents).weights[weight]
                found.append(Path(*way, slope))
    found.sort(key=lambda path: -float(path.gradient.norm()))
    return found[:most]


def _leading_to(sources: Mapping[str, Sequence[Source]], node: str) -> frozenset[str]:
    """Return the node and all that its output flows into."""
    reached = {node}
    for path, origins in sources.items():  # in the order of the forward pass
        if any(origin.node in reached for origin in origins):
            reached.add(path)
    return frozenset(reached)


class _Search:
    """Goes back from the losses, the largest gradient first."""

    def __init__(
        self, recorded: Recording, on_the_way: frozenset[str], stack: ExitStack
    ) -> None:
        self._recorded, self._on_the_way, self._stack = recorded, on_the_way, stack
        self._replays: dict[str, Replay] = {}
        self._waiting: list[tuple[float, int, _Way, int, Tensor]] = []
        self._numbers = itertools.count()

    def best_first(self) -> Iterator[tuple[_Way, Replay, list[Tensor | None]]]:
        """Yield ways from a node to a loss, and what comes to its outputs."""
        phase = self._recorded.phase
        for loss, factor in zip(phase.losses, phase.weights, strict=True):
            if loss in self._on_the_way:
                value = self._recorded.moments[loss].output
                start = _Way((loss,), ())
                self._push(start, 0, torch.full_like(value, factor))
        while self._waiting:
            _, _, way, output, cotangent = heapq.heappop(self._waiting)
            node = way.steps[0]
            replay = self._replay(node)
            cotangents: list[Tensor | None] = [None] * len(replay.outputs)
            cotangents[output] = cotangent
            yield way, replay, cotangents
            slopes = replay.back(cotangents).inputs
            origins = self._recorded.sources[node]
            for port, (origin, slope) in enumerate(zip(origins, slopes, strict=True)):
                if origin.node in self._on_the_way and bool(slope.any()):
                    further = _Way((origin.node, *way.steps), (port, *way.ports))
                    self._push(further, origin.output, slope)

    def _push(self, way: _Way, output: int, cotangent: Tensor) -> None:
        entry = (-float(cotangent.norm()), next(self._numbers))
        heapq.heappush(self._waiting, (*entry, way, output, cotangent))

    def _replay(self, node: str) -> Replay:
        """Return a node that runs once for all ways through it."""
        if node not in self._replays:
            moment = self._recorded.moments[node]
            self._replays[node] = self._stack.enter_context(replayed(moment))
        return self._replays[node]
