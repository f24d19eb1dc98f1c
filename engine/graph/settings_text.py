"""Changes as words `KEY=VALUE`: what a key can mean, with did-you-mean.

A key is a training setting (`batch_size`), `optimizer` or `schedule`, one of their
values or of a phase's (`lr`, `clip_norm`; for all phases that have it), or a node's
parameter or field (`conv1.out_channels`, `conv1.trainable`). With the name of a phase
in front it means this phase alone (`task B.lr`); `update` and `minimise` then are
lists of nodes (`task B.update=["head"]`).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from engine import plain
from engine.errors import ConfigError, did_you_mean
from engine.graph.edits import Edit, ReplaceNode, SetTraining, Several, apply_all
from engine.graph.model import ROOT, Node, Project
from engine.graph.options import (
    NODE_PARAMS,
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
    Option,
)
from engine.graph.settings import Choice, Phase
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value

_NOTHING = {"", "none", "None"}
_TYPES = ("optimizer", "schedule")
_LISTS = ("minimise", "update")


def assign(project: Project, assignments: Iterable[str]) -> None:
    """Change `project` as the words `KEY=VALUE` say.

    Types of optimizers and schedules are set first, so that the order doesn't count.

    Raises:
        ConfigError: For an unknown key or a value out of its range.
    """
    pairs = [_split(text) for text in assignments]
    for key, value in sorted(pairs, key=lambda pair: not _is_type(project, pair[0])):
        _assign(project, key, value)


def edits(project: Project, assignments: Iterable[str]) -> tuple[Edit, ...]:
    """Return the edits that `assign` amounts to; none where all is so already.

    Args:
        project: Only read.
        assignments: As for `assign`.

    Raises:
        ConfigError: For an unknown key or a value out of its range.
    """
    changed = project.copy()
    assign(changed, assignments)
    found: list[Edit] = [*_node_edits(project, changed)]
    if changed.training != project.training:
        found.append(SetTraining(changed.training))
    return tuple(found)


@dataclass(frozen=True)
class Assign:
    """Changes as words, made of the document as it is then.

    Args:
        words: As for `assign`.
    """

    words: tuple[str, ...]

    def apply(self, project: Project) -> Edit:
        """Make them; raises ConfigError for an unknown key or a bad value."""
        return Several(tuple(apply_all(project, edits(project, self.words))))


def _node_edits(old: Project, new: Project) -> Iterator[Edit]:
    for scope in (ROOT, *old.blocks):
        before = old.scope(scope).nodes
        for node in new.scope(scope).nodes.values():
            if node != before[node.id]:
                yield ReplaceNode(node, scope)


def _is_type(project: Project, key: str) -> bool:
    _, rest = _phase_of(project, key)
    return rest in _TYPES


def _split(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise ConfigError(tr("--set needs KEY=VALUE"), got=text)
    if value in _NOTHING:
        return key.strip(), None
    try:
        return key.strip(), json.loads(value, parse_constant=str)
    except (ValueError, RecursionError):
        return key.strip(), value


def _assign(project: Project, key: str, value: object) -> None:
    index, name = _phase_of(project, key)
    if key in TRAINING_PARAMS:
        project.training = project.training.with_value(key, value)
    elif index is not None and name in _LISTS:
        chosen: Any = {name: _node_ids(key, value)}
        _change_phases(project, index, lambda phase: replace(phase, **chosen))
    elif name in _TYPES:
        _change_phases(project, index, lambda p: _with_type(p, name, str(value)))
    elif any(_owner(phase, name) for phase in _chosen(project, index)):
        _change_phases(project, index, lambda p: _with_value(p, name, value))
    else:
        _set_param(project, key, value)


def _phase_of(project: Project, key: str) -> tuple[int | None, str]:
    """Return which phase a key names, if it does, and the rest of the key."""
    for index, phase in enumerate(project.training.phases):
        name = key.removeprefix(f"{phase.name}.")
        if name != key and (name in (*_TYPES, *_LISTS) or _owner(phase, name)):
            return index, name
    return None, key


def _chosen(project: Project, index: int | None) -> tuple[Phase, ...]:
    phases = project.training.phases
    return phases if index is None else phases[index : index + 1]


def _node_ids(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ConfigError(
        tr("“{label}” can't have this value", label=key),
        expected=tr("a list of nodes, such as {example}", example='["head"]'),
        got=plain.value(value),
    )


def _change_phases(
    project: Project, index: int | None, change: Callable[[Phase], Phase]
) -> None:
    """Change one phase, or all of them."""
    phases = tuple(
        change(phase).checked() if index in (None, number) else phase
        for number, phase in enumerate(project.training.phases)
    )
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
    if owner == "phase":
        defaults = {param.name: param.default for param in PHASE_PARAMS.values()}
        return replace(phase, params=_merged(phase.params, new, defaults))
    if owner == "optimizer":
        return replace(phase, optimizer=_set(phase.optimizer, OPTIMIZERS, new))
    if owner == "schedule":
        return replace(phase, schedule=_set(phase.schedule, SCHEDULES, new))
    return phase


def _set(old: Choice, table: dict[str, Option], new: dict[str, Any]) -> Choice:
    return Choice(old.type, _merged(old.params, new, table[old.type].defaults()))


def _merged(
    old: Mapping[str, Any], new: Mapping[str, Any], defaults: Mapping[str, Value]
) -> dict[str, Any]:
    """Return the values with new ones; what changes back to its default is left out."""
    complete = {**defaults, **old}
    changed = {name: value for name, value in new.items() if complete[name] != value}
    kept = {name: value for name, value in old.items() if name not in changed}
    others = {name: v for name, v in changed.items() if defaults[name] != v}
    return {**kept, **others}


def _set_param(project: Project, key: str, value: object) -> None:
    node_id, dot, _name = key.rpartition(".")
    scope, _, inner = node_id.rpartition(".")
    graph = project.scope(scope) if scope in ("", *project.blocks) else project.graph
    node = graph.nodes.get(inner)
    if not dot or node is None:
        raise _unknown(project, key)
    graph.replace_node(_with(project, node, key, value))


def _with(project: Project, node: Node, key: str, value: object) -> Node:
    """Return the node with one parameter or field changed."""
    name = key.rpartition(".")[2]
    spec = registry.get(node.type)
    param = spec.param(name)
    if param is not None:
        checked = param.check(value, node.id)
        new = {name: checked}
        return replace(node, params=_merged(node.params, new, spec.defaults()))
    if name in NODE_PARAMS:
        changed: Any = {name: NODE_PARAMS[name].check(value, node.id)}
        return replace(node, **changed)
    raise _unknown(project, key)


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
