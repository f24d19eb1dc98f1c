"""The whole state of a training at the border of two steps, taken and put back."""

from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import TrainingError
from engine.i18n import tr
from engine.training.machine import rng_state
from engine.training.parts import plausible, state
from engine.training.parts.assembly import Assembly
from engine.training.records.checkpoint_file import Tensors, part, under

Numbers = dict[str, Any]
_MISFITS = (LookupError, TypeError, ValueError, AttributeError, RuntimeError)


@dataclass
class Position:
    """How far a training is.

    Args:
        step: Steps made.
        evaluated_at: Step of the last evaluation.
        num_changes: How many recorded changes of settings were made.
    """

    step: int = 0
    evaluated_at: int = 0
    num_changes: int = 0


def take(parts: Assembly, position: Position) -> tuple[Tensors, Numbers]:
    """Return all tensors as they are, not copied, and all else as JSON values."""
    feeds, order = state.of_feeds(parts.feeds)
    tensors = {
        **under("model", dict(parts.program.modules.state_dict())),
        **under("average", parts.averaged.tensors),
        **under("best", parts.best.tensors),
        **under("feeds", feeds),
        **under("random", rng_state.state(parts.device)),
    }
    phases = []
    for index, phase in enumerate(parts.phases):
        values, numbers = state.of_phase(phase)
        tensors |= under(f"phase{index}", values)
        phases.append(numbers)
        if phase.ewc:
            tensors |= under(f"ewc{index}", phase.ewc.state())
    return tensors, {
        **asdict(position),
        "phases": phases,
        "order": order,
        "total_steps": parts.length.total_steps,
        "stopping": parts.stopping.state(),
    }


def put(parts: Assembly, tensors: Tensors, numbers: Numbers) -> Position:
    """Put back what `take` returned, into parts of the same document.

    Raises:
        TrainingError: When it was taken of other parts.
    """
    plausible.check(parts, tensors, numbers)
    try:
        return _put(parts, tensors, numbers)
    except _MISFITS as error:
        raise TrainingError(
            tr("The checkpoint does not belong to this run"),
            got=tr("other numbers"),
            fix=tr("Restore the file from a backup, or train again."),
        ) from error


def put_weights(parts: Assembly, tensors: Tensors, numbers: Numbers) -> Position:
    """Put back the network alone, into parts whose data may be another.

    Raises:
        TrainingError: When it is not the same network.
    """
    plausible.check_network(parts, tensors)
    state.put_modules(parts.program.modules, part(tensors, "model"))
    parts.averaged.restore(part(tensors, "average"))
    done = ("step", "evaluated_at", "num_changes")
    return Position(*(plausible.count(numbers, name) for name in done))


def _put(parts: Assembly, tensors: Tensors, numbers: Numbers) -> Position:
    state.put_modules(parts.program.modules, part(tensors, "model"))
    parts.averaged.restore(part(tensors, "average"))
    parts.best.restore(part(tensors, "best"))
    state.put_feeds(parts.feeds, part(tensors, "feeds"), numbers["order"])
    rng_state.restore(part(tensors, "random"), parts.device)
    for index, phase in enumerate(parts.phases):
        values = part(tensors, f"phase{index}")
        state.put_phase(phase, values, numbers["phases"][index])
        if phase.ewc:
            phase.ewc.restore(part(tensors, f"ewc{index}"))
    if parts.length.is_longer:
        parts.length.plan(int(numbers["step"]))
    else:
        parts.length.total_steps = int(numbers["total_steps"])
    parts.stopping.restore(numbers["stopping"])
    done = ("step", "evaluated_at", "num_changes")
    return Position(*(int(numbers[name]) for name in done))
