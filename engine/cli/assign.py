"""`--set KEY=VALUE`: one table of what a key can mean, with did-you-mean.

A key is a training setting (`batch_size`), `optimizer` or `schedule`, one of their
values or of a phase's (`lr`, `clip_norm`; for all phases that have it), or a node's
parameter (`conv1.out_channels`).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from engine.errors import ConfigError, did_you_mean
from engine.graph.model import Project
from engine.graph.options import (
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
    Option,
)
from engine.graph.settings import Choice, Phase
from engine.i18n import tr
from engine.layers import registry

_NOTHING = {"", "none", "None"}
_TYPES = ("optimizer", "schedule")


def assign(project: Project, assignments: Iterable[str]) -> None:
    """Change `project` as the words `KEY=VALUE` say.

    Types of optimizers and schedules are set first, so that the order doesn't count.

    Raises:
        ConfigError: For an unknown key or a value out of its range.
    """
    pairs = [_split(text) for text in assignments]
    for key, value in sorted(pairs, key=lambda pair: pair[0] not in _TYPES):
        _assign(project, key, value)


def _split(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise ConfigError(tr("--set needs KEY=VALUE"), got=text)
    if value in _NOTHING:
        return key.strip(), None
    try:
        return key.strip(), json.loads(value, parse_constant=str)
    except ValueError:
        return key.strip(), value


def _assign(project: Project, key: str, value: object) -> None:
    if key in TRAINING_PARAMS:
        project.training = project.training.with_value(key, value)
    elif key in _TYPES:
        _change_phases(project, lambda phase: _with_type(phase, key, str(value)))
    elif any(_owner(phase, key) for phase in project.training.phases):
        _change_phases(project, lambda phase: _with_value(phase, key, value))
    else:
        _set_param(project, key, value)


def _change_phases(project: Project, change: Callable[[Phase], Phase]) -> None:
    phases = tuple(change(phase).checked() for phase in project.training.phases)
    project.training = replace(project.training, phases=phases)


def _with_type(phase: Phase, kind: str, type_id: str) -> Phase:
    """Return the phase with another optimizer or schedule; keeps what both know."""
    if kind == "schedule":
        return replace(phase, schedule=_choice(SCHEDULES, type_id, phase.schedule))
    return replace(phase, optimizer=_choice(OPTIMIZERS, type_id, phase.optimizer))


def _choice(table: dict[str, Option], type_id: str, old: Choice) -> Choice:
    if type_id not in table:
        return Choice(type_id)
    kept = {k: v for k, v in old.params.items() if k in table[type_id].defaults()}
    return Choice(type_id, kept)


def _owner(phase: Phase, key: str) -> str:
    """Return which part of a phase a key belongs to, or nothing."""
    part, dot, name = key.rpartition(".")
    tables: dict[str, Iterable[str]] = {
        "optimizer": OPTIMIZERS[phase.optimizer.type].defaults(),
        "phase": PHASE_PARAMS,
        "schedule": SCHEDULES[phase.schedule.type].defaults(),
    }
    owners = [who for who, names in tables.items() if name in names]
    if dot:
        return part if part in owners else ""
    return owners[0] if owners else ""


def _with_value(phase: Phase, key: str, value: object) -> Phase:
    owner, name = _owner(phase, key), key.rpartition(".")[2]
    new: Any = {name: value}
    if owner == "optimizer":
        old = phase.optimizer
        return replace(phase, optimizer=Choice(old.type, {**old.params, **new}))
    if owner == "schedule":
        old = phase.schedule
        return replace(phase, schedule=Choice(old.type, {**old.params, **new}))
    return replace(phase, params={**phase.params, **new}) if owner else phase


def _set_param(project: Project, key: str, value: object) -> None:
    node_id, dot, name = key.rpartition(".")
    scope, _, inner = node_id.rpartition(".")
    graph = project.scope(scope) if scope in ("", *project.blocks) else project.graph
    node = graph.nodes.get(inner)
    if not dot or node is None:
        raise _unknown(project, key)
    param = registry.get(node.type).param(name)
    if param is None:
        raise _unknown(project, key)
    graph.replace_node(node.with_param(name, param.check(value, inner)))


def _unknown(project: Project, key: str) -> ConfigError:
    params = [*TRAINING_PARAMS.values(), *PHASE_PARAMS.values()]
    for phase in project.training.phases:
        params += OPTIMIZERS[phase.optimizer.type].params
        params += SCHEDULES[phase.schedule.type].params
    known = {*_TYPES, *(param.name for param in params)}
    for node in project.graph.nodes.values():
        known |= {f"{node.id}.{p.name}" for p in registry.get(node.type).params}
    labels = {param.label.lower().replace(" ", "_"): param.name for param in params}
    meant = get_close_matches(key.lower(), labels, n=1, cutoff=0.8)
    return ConfigError(
        tr("There is no setting “{name}”", name=key),
        fix=did_you_mean(labels[meant[0]] if meant else key, known),
    )
