"""What follows from another weight, another number in a sample, another rate.

The held step is made once more with the change: what every node puts out, the loss, and
the loss after the step that would come then. Afterwards all is as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from engine.explain.trace.held import Held
from engine.explain.trace.recording import Recording, record, running
from engine.training.machine import rng_state

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """What changes in a node.

    Args:
        before: What it puts out.
        after: What it would put out.

    Shape:
        alike
    """

    before: Tensor
    after: Tensor

    @property
    def change(self) -> float:
        """‖after − before‖ / ‖before‖; infinite where there was nothing."""
        gap = float((self.after.double() - self.before.double()).norm())
        size = float(self.before.double().norm())
        return gap / size if size else float("inf") if gap else 0.0


@dataclass(frozen=True)
class Outcome:
    """What follows from a change.

    Args:
        before: What the phase minimises.
        after: The same with the change.
        predicted: `before` + slope · change, which is what a gradient can say.
        nodes: Path → difference, of those that change, in the order of the forward
            pass.
        stepped_before: The loss of this batch after the coming step.
        stepped_after: The same when the change is made before the step.
    """

    before: float
    after: float
    predicted: float
    nodes: Mapping[str, Difference]
    stepped_before: float
    stepped_after: float


def weight(held: Held, parameter: nn.Parameter, cell: Cell, value: float) -> Outcome:
    """Return what follows if one weight were another.

    Args:
        held: A step.
        parameter: One of its phase.
        cell: Which of its numbers.
        value: What it would be.

    Threads: the one that trains.
    """
    index = next(i for i, w in enumerate(held.run.parameters) if w is parameter)
    gradient = held.recording.gradients[index]
    slope = 0.0 if gradient is None else float(gradient[cell])
    moved = value - float(parameter.detach()[cell])
    stepped = _stepped(held)
    with kept([parameter]):
        with torch.no_grad():
            parameter[cell] = value
        return _outcome(held, held.recording.feeds, slope * moved, stepped)


def number(held: Held, feed: str, cell: Cell, value: float) -> Outcome:
    """Return what follows if one number of the batch were another.

    Args:
        held: A step.
        feed: Name of the tensor, such as `data.features`.
        cell: Which of its numbers, the sample first; a token or label is one too.
        value: What it would be.

    Threads: the one that trains.
    """
    feeds = dict(held.recording.feeds)
    feeds[feed] = feeds[feed].clone()
    moved = value - float(feeds[feed][cell])
    slope = _slope_of_feed(held.recording, feed, cell)
    feeds[feed][cell] = value
    return _outcome(held, feeds, slope * moved, _stepped(held))


def rates(held: Held, factors: Sequence[float]) -> list[float]:
    """Return the loss of this batch after the coming step at other learning rates.

    All our optimizers move weights in proportion to the rate.

    Args:
        held: A step.
        factors: By which the rate is multiplied; 0 is no step.

    Threads: the one that trains.
    """
    return [_stepped(held, factor) for factor in factors]


def total(held: Held, feeds: Mapping[str, Tensor] | None = None) -> float:
    """Return what the phase minimises with the weights as they are now.

    Args:
        held: A step, whose random numbers are drawn again.
        feeds: Another batch.
    """
    seen = held.recording
    with running(seen.phase, feeds or seen.feeds, seen.random, seen.around) as live:
        return float(live.total.detach())


def _outcome(
    held: Held, feeds: Mapping[str, Tensor], predicted: float, stepped: float
) -> Outcome:
    before = held.recording
    now = _recorded(before, feeds)
    other = replace(held, recording=now)
    nodes = {}
    for path, moment in now.moments.items():
        was = before.moments[path].output
        if was.shape == moment.output.shape and not torch.equal(was, moment.output):
            nodes[path] = Difference(was, moment.output)
    return Outcome(
        before.total,
        now.total,
        before.total + predicted,
        nodes,
        stepped,
        _stepped(other),
    )


def _recorded(before: Recording, feeds: Mapping[str, Tensor]) -> Recording:
    """Return the phase with the same random numbers and other weights or feeds."""
    place = next((x.device for x in feeds.values()), torch.device("cpu"))
    outside = rng_state.state(place)
    rng_state.restore(before.random, place)
    try:
        return record(before.phase, feeds, before.around)
    finally:
        rng_state.restore(outside, place)


def _stepped(held: Held, factor: float = 1.0) -> float:
    """Return the loss after the step of a phase, made and taken back."""
    weights = held.run.parameters
    steps = [held.step(index) for index in range(len(weights))]
    with kept(weights):
        with torch.no_grad():
            for w, step in zip(weights, steps, strict=True):
                w.copy_((w.double() + factor * step).to(w.dtype))
        return total(held)


@contextmanager
def kept(weights: Sequence[nn.Parameter]) -> Iterator[None]:
    """Put weights back to the bit."""
    before = [w.detach().clone() for w in weights]
    try:
        yield
    finally:
        with torch.no_grad():
            for w, was in zip(weights, before, strict=True):
                w.copy_(was)


def _slope_of_feed(seen: Recording, feed: str, cell: Cell) -> float:
    """Return ∂L/∂(one number of the batch): all its readers hand back their part."""
    values = seen.feeds[feed]
    if not values.is_floating_point():
        return 0.0
    leaf = values.clone().requires_grad_()
    feeds = {**seen.feeds, feed: leaf}
    with running(seen.phase, feeds, seen.random, seen.around) as live:
        slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
            live.total, [leaf], allow_unused=True
        )
    return 0.0 if slopes[0] is None else float(slopes[0][cell])
