"""How a project is trained: values, their limits and their words. No torch.

The tables below make the forms, the help and the checks; what the options do lives
in `engine.training`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine import plain
from engine.errors import ConfigError, did_you_mean
from engine.graph.limits import MOST_PHASES
from engine.graph.options import (
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
    Option,
)
from engine.i18n import tr
from engine.layers.spec import Param, Value


@dataclass(frozen=True)
class Choice:
    """One optimizer or schedule with the values that differ from its defaults."""

    type: str
    params: Mapping[str, Value] = field(default_factory=dict)

    def complete(self, table: Mapping[str, Option]) -> dict[str, Value]:
        """Return all values, defaults included."""
        return {**table[self.type].defaults(), **self.params}

    def checked(self, table: Mapping[str, Option], where: str) -> "Choice":
        """Return a copy with values in normal form.

        Raises:
            ConfigError: For an unknown type, an unknown name or a bad value.
        """
        if self.type not in table:
            raise ConfigError(
                tr("“{type}” is not known", type=self.type),
                where=where,
                expected=", ".join(table),
                fix=did_you_mean(self.type, table),
            )
        by_name = {param.name: param for param in table[self.type].params}
        return Choice(self.type, check_values(by_name, self.params, where))


def check_values(
    table: Mapping[str, Param], values: Mapping[str, object], where: str
) -> dict[str, Value]:
    """Return `values` in normal form.

    Raises:
        ConfigError: For an unknown name or a bad value.
    """
    checked = {}
    for name, value in values.items():
        if name not in table:
            raise ConfigError(
                tr("There is no setting “{name}”", name=name),
                where=where,
                expected=", ".join(table),
                fix=did_you_mean(name, table),
            )
        checked[name] = table[name].check(value, where)
    return checked


@dataclass(frozen=True)
class Phase:
    """One update: what it minimises, what it moves, and how.

    Args:
        name: Words in curves and tables.
        minimise: Ids of loss nodes; empty means all losses.
        update: Paths of nodes or block instances whose weights move, see
            `engine.graph.paths`; empty means all.
        optimizer: See `OPTIMIZERS`.
        schedule: See `SCHEDULES`.
        params: See `PHASE_PARAMS` (`every`, `clip_norm`, `clip_value`, `l1`).
    """

    name: str = "training"
    minimise: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    optimizer: Choice = field(default_factory=lambda: Choice("adam"))
    schedule: Choice = field(default_factory=lambda: Choice("constant"))
    params: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the name on one line, and short enough to be shown."""
        if not plain.is_name(self.name):
            object.__setattr__(self, "name", plain.name(self.name))

    def value(self, name: str) -> Value:
        """Return one of `PHASE_PARAMS`, its default where nothing was set."""
        return {**_defaults(PHASE_PARAMS), **self.params}[name]

    def with_update(self, node_ids: tuple[str, ...]) -> "Phase":
        """Return a copy that moves the weights of these nodes."""
        return replace(self, update=node_ids)

    def checked(self) -> "Phase":
        """Return a copy with values in normal form, or raise ConfigError."""
        where = tr("Phase “{name}”", name=self.name)
        return replace(
            self,
            optimizer=self.optimizer.checked(OPTIMIZERS, where),
            schedule=self.schedule.checked(SCHEDULES, where),
            params=check_values(PHASE_PARAMS, self.params, where),
        )


@dataclass(frozen=True)
class Training:
    """All settings of a run.

    Args:
        params: See `TRAINING_PARAMS` (batch size, length, seed, device …).
        phases: At least one; they alternate within each step.
    """

    params: Mapping[str, Value] = field(default_factory=dict)
    phases: tuple[Phase, ...] = (Phase(),)

    def value(self, name: str) -> Value:
        """Return one of `TRAINING_PARAMS`, its default where nothing was set."""
        return {**_defaults(TRAINING_PARAMS), **self.params}[name]

    def number(self, name: str) -> int:
        """Return a whole-number setting; 0 where it is empty."""
        value = self.value(name)
        return value if isinstance(value, int) else 0

    @property
    def decay(self) -> float:
        """Share of the weights' running mean that a step keeps; 0 keeps no mean."""
        value = self.value("ema")
        return float(value) if isinstance(value, int | float) else 0.0

    def with_value(self, name: str, value: object) -> "Training":
        """Return a copy with one setting changed, checked."""
        checked = check_values(TRAINING_PARAMS, {name: value}, tr("Training"))
        return replace(self, params={**self.params, **checked})

    def with_phase(self, index: int, phase: Phase) -> "Training":
        """Return a copy with one phase replaced, checked."""
        phases = [*self.phases]
        phases[index] = phase
        return replace(self, phases=tuple(phases)).checked()

    def checked(self) -> "Training":
        """Return a copy with values in normal form, or raise ConfigError."""
        if not self.phases:
            raise ConfigError(tr("Training needs at least one phase"))
        if len(self.phases) > MOST_PHASES:
            raise ConfigError(
                tr("Training has too many phases"),
                expected=tr("at most {count}", count=MOST_PHASES),
                got=len(self.phases),
            )
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ConfigError(tr("Two phases have the same name"), got=", ".join(names))
        return replace(
            self,
            params=check_values(TRAINING_PARAMS, self.params, tr("Training")),
            phases=tuple(phase.checked() for phase in self.phases),
        )


def _defaults(table: Mapping[str, Param]) -> dict[str, Value]:
    return {name: param.default for name, param in table.items()}
