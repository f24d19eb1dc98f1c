"""Lets the loops run in turn, a little at a time, and compares their steps."""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.bench.speed import nets
from engine.bench.speed.loops import Ours, Written, tensorboard
from engine.graph.model import Project
from engine.training.parts import threads as thread_counts

WRITTEN, BARE, WATCHED, BOARD = "written", "bare", "watched", "tensorboard"
GOALS = {"mlp-64": 2.0, "mnist-cnn": 1.3, "lstm-256": 1.1, "gan-2d": 1.1,
         "tiny-gpt": 1.05}  # fmt: skip
"""Steps per second with all watching, over those of the written loop."""
WATCHING = 0.05
"""Share of the time that watching may take."""
_BLOCK_S, _WARM_S, _LEAST = 0.25, 0.6, 3


@dataclass(frozen=True)
class Measured:
    """One network's loops.

    Args:
        name: Of the network.
        step_s: Median seconds of a step of each loop.
        ratios: Steps per second over those of the written loop: the median of all
            rounds, and the quarters around it (25 %, 50 %, 75 %).
        watching: Share of the time that watching takes: 25 %, 50 %, 75 %.
        rounds: Turns of each loop.
    """

    name: str
    step_s: dict[str, float]
    ratios: dict[str, tuple[float, float, float]]
    watching: tuple[float, float, float]
    rounds: int

    @property
    def goal(self) -> float | None:
        """The ratio with all watching that is wanted."""
        return GOALS.get(self.name)

    @property
    def is_met(self) -> bool:
        """Whether that is reached, and watching is cheap."""
        ratio = self.ratios[WATCHED][1]
        return ratio >= (self.goal or 0.0) and self.watching[1] <= WATCHING


def measured(
    name: str, project: Project, threads: int, seconds: float, device: str = "cpu"
) -> Measured:
    """Compare the loops on one network.

    Args:
        name: Of the network.
        project: Only read.
        threads: Of torch, the same for all loops.
        seconds: For all rounds.
        device: As in documents.

    Raises:
        EngineError: When it can't be trained.
    """
    endless = nets.endless(project, threads, device)
    before = torch.get_num_threads()
    thread_counts.flush_denormals()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measured(name, endless, Path(folder), (threads, seconds))
    finally:
        torch.set_num_threads(before)
        thread_counts.flush_denormals(on=False)


def _measured(
    name: str, project: Project, folder: Path, wish: tuple[int, float]
) -> Measured:
    threads, seconds = wish
    loops: dict[str, Written | Ours] = {
        WRITTEN: Written(project),
        BARE: Ours(project, threads, None),
        WATCHED: Ours(project, threads, folder / "runs"),
    }
    if writer := tensorboard(folder / "board"):
        loops[BOARD] = Written(project, writer)
    torch.set_num_threads(threads)
    try:
        sizes = {which: _warmed(loop) for which, loop in loops.items()}
        rounds = [
            {which: _timed(loops[which], sizes[which]) for which in order}
            for order in _orders(list(loops), seconds)
        ]
    finally:
        with contextlib.suppress(OSError):
            for loop in loops.values():
                loop.close()
    return _told(name, rounds)


def _warmed(loop: Written | Ours) -> int:
    """Run a loop in; return how many steps a block of it has."""
    end, count, begun = time.perf_counter() + _WARM_S, 0, time.perf_counter()
    while count < _LEAST or time.perf_counter() < end:
        loop.step()
        count += 1
    _wait_for_the_device()
    step_s = (time.perf_counter() - begun) / count
    return max(1, round(_BLOCK_S / step_s))


def _timed(loop: Written | Ours, count: int) -> float:
    """Return the seconds of a step over a block of them."""
    begun = time.perf_counter()
    for _ in range(count):
        loop.step()
    _wait_for_the_device()
    return (time.perf_counter() - begun) / count


def _wait_for_the_device() -> None:
    """Count what was begun: an accelerator works while the host goes on."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def _orders(names: list[str], seconds: float) -> Iterator[list[str]]:
    """Yield the loops in another order each time: none always comes after the same."""
    end, number = time.perf_counter() + seconds, 0
    while number < _LEAST or time.perf_counter() < end:
        shift = number % len(names)
        turned = names[shift:] + names[:shift]
        yield turned if number % 2 else turned[::-1]
        number += 1


def _told(name: str, rounds: list[dict[str, float]]) -> Measured:
    names = list(rounds[0])
    ratios = {
        which: _quarters([each[WRITTEN] / each[which] for each in rounds])
        for which in names
    }
    watching = _quarters([1 - each[BARE] / each[WATCHED] for each in rounds])
    medians = {w: statistics.median(each[w] for each in rounds) for w in names}
    return Measured(name, medians, ratios, watching, len(rounds))


def _quarters(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
