"""Learning-rate schedules: pure functions of the step, so that resuming is exact.

t counts the steps since the first of the phase, T those until its last. Only `Plateau`
has a memory, which is part of the checkpoint.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from engine.graph.options import SCHEDULES
from engine.graph.settings import Choice
from engine.layers.spec import Value

Numbers = Mapping[str, float]


class Schedule(Protocol):
    """What multiplies the learning rate of a phase."""

    def rate(self, step: int, total_steps: int) -> float:
        """Return the factor of the learning rate in step t of T."""

    def momentum(self, step: int, total_steps: int) -> float:
        """Return what is added to the momentum in step t of T."""

    def evaluated(self, loss: float) -> None:
        """Take notice of a validation loss."""

    def state(self) -> dict[str, float]:
        """Return its memory, numbers only."""

    def restore(self, state: Numbers) -> None:
        """Take over what `state` returned."""


Function = Callable[[int, int, Numbers], float]


def constant(_step: int, _total: int, _params: Numbers) -> float:
    """Return 1: the rate stays as it is."""
    return 1.0


def step_decay(step: int, _total: int, params: Numbers) -> float:
    """Return γ^⌊t/k⌋.

    Source: torch.optim.lr_scheduler.StepLR.
    """
    return float(params["gamma"] ** (step // int(params["every"])))


def cosine(step: int, total: int, params: Numbers) -> float:
    """Return a linear rise over the warm-up, then half a cosine down to `final`.

    Source: Loshchilov & Hutter 2017, SGDR.
    """
    warmup = int(params["warmup"])
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total - warmup))
    return _cosine_between(1.0, params["final"], progress)


def one_cycle(step: int, total: int, params: Numbers) -> float:
    """Return a rise from 1/start_div to 1, then a fall below the start.

    Source: Smith & Topin 2018; as torch.optim.lr_scheduler.OneCycleLR.
    """
    start = 1.0 / params["start_div"]
    return _cycle(
        step, total, params["rise"], (start, 1.0, start / params["final_div"])
    )


def one_cycle_momentum(step: int, total: int, params: Numbers) -> float:
    """Return 0 at the ends and −0.1 at the peak of the rate.

    Source: Smith & Topin 2018; torch's default range 0.95 → 0.85.
    """
    return _cycle(step, total, params["rise"], (0.0, -0.1, 0.0))


def _cycle(
    step: int, total: int, rise: float, values: tuple[float, float, float]
) -> float:
    """Return the value at `step` on the way start → peak → end."""
    start, peak, end = values
    top, last = rise * total - 1.0, max(1.0, total - 1.0)
    if step <= top:
        return _cosine_between(start, peak, step / top if top > 0 else 1.0)
    top = max(top, 0.0)
    progress = (step - top) / (last - top) if last > top else 1.0
    return _cosine_between(peak, end, min(1.0, progress))


def _cosine_between(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * progress)) / 2.0


def _still(_step: int, _total: int, _params: Numbers) -> float:
    return 0.0


_FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "constant": (constant, _still),
    "step": (step_decay, _still),
    "cosine": (cosine, _still),
    "one_cycle": (one_cycle, one_cycle_momentum),
}


class Pure:
    """A schedule that depends on the step alone.

    Args:
        type_id: A key of `SCHEDULES`, other than `plateau`.
        params: Its complete params.
    """

    def __init__(self, type_id: str, params: Numbers) -> None:
        self._rate, self._momentum = _FUNCTIONS[type_id]
        self._params = params

    def rate(self, step: int, total_steps: int) -> float:
        """Return the factor of the learning rate in step t of T."""
        return self._rate(step, total_steps, self._params)

    def momentum(self, step: int, total_steps: int) -> float:
        """Return what is added to the momentum in step t of T."""
        return self._momentum(step, total_steps, self._params)

    def evaluated(self, loss: float) -> None:
        """Ignore the validation loss."""

    def state(self) -> dict[str, float]:
        """Return nothing: there is no memory."""
        return {}

    def restore(self, state: Numbers) -> None:
        """Take over nothing."""


@dataclass
class Plateau:
    """Multiplies the rate by γ when the validation loss has stopped falling.

    A loss counts as lower when it is so by one part in 10,000.

    Source: torch.optim.lr_scheduler.ReduceLROnPlateau with its defaults.
    """

    gamma: float
    patience: float
    factor: float = 1.0
    best: float = math.inf
    bad: float = 0

    def rate(self, _step: int, _total_steps: int) -> float:
        """Return the present factor."""
        return self.factor

    def momentum(self, _step: int, _total_steps: int) -> float:
        """Return 0: the momentum stays."""
        return 0.0

    def evaluated(self, loss: float) -> None:
        """Count evaluations without a lower loss."""
        if loss < self.best * (1.0 - 1e-4):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.factor, self.bad = self.factor * self.gamma, 0

    def state(self) -> dict[str, float]:
        """Return its memory."""
        return {name: float(value) for name, value in asdict(self).items()}

    def restore(self, state: Numbers) -> None:
        """Take over what `state` returned."""
        for name in ("factor", "best", "bad"):
            setattr(self, name, state[name])


def build(choice: Choice) -> Schedule:
    """Return the schedule of a phase."""
    params = numbers(choice.complete(SCHEDULES))
    if choice.type == "plateau":
        return Plateau(params["gamma"], params["patience"])
    return Pure(choice.type, params)


def numbers(values: Mapping[str, Value]) -> dict[str, float]:
    """Return those values that are numbers."""
    return {
        name: value for name, value in values.items() if isinstance(value, int | float)
    }
