"""The loss around all weights, answered for about a tenth of a second at a time."""

import math
import time
from pathlib import Path

import numpy as np
import torch

from engine.errors import ConfigError
from engine.explain.trace.held import Held
from engine.explain.whatif import history, landscape
from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.tracing.surface import DIRECTIONS, ReadSurface, SurfaceRead
from engine.training.parts.assembly import Assembly

_PART_S = 0.1
_MOST_POINTS = 101
_MOST_OF_PATH = 20_000_000
"""Numbers of all kept weights together, up to which the plane of a path is sought."""


class Surroundings:
    """Keeps the planes of one held step.

    Args:
        held: The step.
        parts: Of its training.
        folder: Of its run, if it has one.

    Threads: the one that trains.
    """

    def __init__(self, held: Held, parts: Assembly, folder: Path | None) -> None:
        self._held, self._parts, self._folder = held, parts, folder
        self._path: list[history.Weights] | None = None
        self._planes: dict[str, tuple[str, landscape.Plane, Floats, float]] = {}

    def read(self, command: ReadSurface) -> SurfaceRead:
        """Return losses from the place that is asked for, as many as there is time for.

        Raises:
            EngineError: When there is no such place, or kept weights can't be read.
        """
        _check(command)
        end = time.monotonic() + _PART_S  # a plane that is sought counts as well
        if command.directions not in self._planes:
            self._planes[command.directions] = self._plane(command.directions)
        directions, plane, places, share = self._planes[command.directions]
        steps = np.linspace(-command.reach, command.reach, command.points).tolist()
        every = [(a, b) for b in steps for a in steps][command.start :]
        losses: list[float] = []
        for loss in landscape.at(self._held, plane, every):
            losses.append(loss)
            if time.monotonic() >= end:
                break
        return SurfaceRead(
            directions,
            command.reach,
            command.points,
            command.start,
            np.array(losses, float),
            self._held.recording.total,
            places,
            share,
        )

    def _plane(self, wanted: str) -> tuple[str, landscape.Plane, Floats, float]:
        """Return a plane, and where the run was in it."""
        held = self._held
        if self._path is None:
            self._path = history.earlier(held, self._parts, self._folder)
        path = self._path
        size = sum(w.numel() for weights in path for w in weights)
        is_path = wanted == "path" and _has_moved(held, path) and size <= _MOST_OF_PATH
        found = landscape.plane_of(held, path) if is_path else landscape.plane(held)
        now = [w.detach() for w in held.run.parameters]
        moved = [[a - b for a, b in zip(w, now, strict=True)] for w in path]
        places = [found.place(each) for each in moved]
        whole = sum(_square(each) for each in moved)
        outside = 0.0
        for (x, y), each in zip(places, moved, strict=True):
            rest = zip(each, found.first, found.second, strict=True)
            outside += _square([m - x * a - y * b for m, a, b in rest])
        share = 1 - outside / whole if whole else 0.0
        where = np.array(places, float).reshape(-1, 2)
        kind = "line" if found.is_line else "path" if is_path else "random"
        return kind, found, where, share


def _has_moved(held: Held, path: list[history.Weights]) -> bool:
    """Return whether the weights have ever been elsewhere."""
    now = held.run.parameters
    return any(
        not torch.equal(a, b.detach())
        for weights in path
        for a, b in zip(weights, now, strict=True)
    )


def _square(parts: list[torch.Tensor]) -> float:
    return sum(float(part.double().square().sum()) for part in parts)


def _check(command: ReadSurface) -> None:
    points = command.points
    is_odd = 1 < points <= _MOST_POINTS and points % 2 == 1
    is_known = command.directions in DIRECTIONS
    is_near = is_known and 0 < command.reach < math.inf
    if not (is_odd and is_near and 0 <= command.start < points**2):
        raise ConfigError(
            tr("There is no such place around the weights"),
            got=f"{command.start} / {points}², {command.reach:g}",
        )
