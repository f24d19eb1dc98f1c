"""A setting that was changed while a run went on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.errors import ConfigError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Phase, Training


@dataclass(frozen=True)
class Change:
    """A setting that was changed while the run went on.

    Args:
        step: Steps made before it.
        name: As in `commands.SetHyper`.
        value: New value.
        phase: Name of the phase, or empty for all.
    """

    step: int
    name: str
    value: float
    phase: str = ""

    def replaces(self, other: "Change") -> bool:
        """Return whether another change of the same setting counts no more."""
        return self.name == other.name and self.phase in {"", other.phase}


def as_left(text: str, project: Project, changes: Iterable[Change]) -> str:
    """Return the text of a project as a run goes on with it.

    Args:
        text: Of the project, as the run began.
        project: What the text says; it is not changed.
        changes: Made while the run went on, in order; those that fit nothing are left
            out, for the folder may be anybody's.
    """
    known = training = project.training
    for change in changes:
        try:
            training = _changed(training, change).checked()
        except (ConfigError, ValueError, OverflowError):
            continue
    if training == known:
        return text
    twin = project.copy()
    twin.training = training
    return serialize.dumps(twin)


def _changed(training: Training, change: Change) -> Training:
    if change.name == "batch_size":
        params = {**training.params, "batch_size": int(change.value)}
        return replace(training, params=params)
    phases = tuple(_phase(phase, change) for phase in training.phases)
    return replace(training, phases=phases)


def _phase(phase: Phase, change: Change) -> Phase:
    has = change.name in phase.optimizer.complete(OPTIMIZERS)
    if not has or change.phase not in {"", phase.name}:
        return phase
    params = {**phase.optimizer.params, change.name: change.value}
    return replace(phase, optimizer=replace(phase.optimizer, params=params))
