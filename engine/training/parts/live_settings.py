"""Settings that can be changed while a training goes on."""

from engine.errors import ConfigError, did_you_mean
from engine.graph.settings import Training
from engine.i18n import tr
from engine.protocol.live_settings import NAMES
from engine.training.parts.assembly import Assembly
from engine.training.parts.phases import PhaseRun
from engine.training.records.change import Change


def apply(parts: Assembly, change: Change) -> None:
    """Make a change from the next step on; nothing changes when it raises.

    Raises:
        ConfigError: When there is no such setting or phase, or the value is out of
            its range.
    """
    if change.name == "batch_size":
        size = Training().with_value("batch_size", change.value).number("batch_size")
        parts.feeds.order.set_batch_size(size)
        parts.length.plan(change.step)
        return
    if change.name not in NAMES:
        raise ConfigError(
            tr("“{name}” can't be changed while training", name=change.name),
            expected=", ".join(NAMES),
            fix=did_you_mean(change.name, NAMES),
        )
    phases = _phases(parts, change)
    for phase in phases:
        phase.optimizer.check(change.name, change.value)
    for phase in phases:
        phase.optimizer.set(change.name, change.value)


def _phases(parts: Assembly, change: Change) -> list[PhaseRun]:
    """Return the phases that a change is for, those that have the setting."""
    names = [phase.name for phase in parts.phases]
    if change.phase:
        chosen = [phase for phase in parts.phases if phase.name == change.phase]
        if not chosen:
            raise ConfigError(
                tr("There is no phase “{name}”", name=change.phase),
                expected=", ".join(names),
                fix=did_you_mean(change.phase, names),
            )
        return chosen
    able = [p for p in parts.phases if change.name in p.optimizer.hyper]
    return able or parts.phases
