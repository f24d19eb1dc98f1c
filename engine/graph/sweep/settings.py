"""Every setting of a project that a sweep can go over, with words and a proposal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.errors import ConfigError, UnknownLayerError
from engine.graph import ports
from engine.graph.model import ROOT, Node, Project
from engine.graph.options import (
    NODE_PARAMS,
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
)
from engine.graph.settings import Phase
from engine.graph.titles import SEPARATOR, path_title, title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA, spec_of
from engine.layers.spec import LayerSpec, Param, Value

_KINDS = frozenset({"int", "float", "bool", "choice", "size"})
_OF_THE_MACHINE = frozenset({"device", "threads"})
_WITH_WEIGHTS = frozenset({"dense", "conv", "norm", "recurrent", "attention"})
_WITH_WEIGHTS_TOO = frozenset({"prelu", "constant", "block"})
_WITHOUT_WEIGHTS = frozenset({
    "identity", "gradient_reversal", "stop_gradient", "gaussian_noise", "one_hot",
    "dropout", "dropout1d", "dropout2d", "dropout3d",
    "alpha_dropout", "feature_alpha_dropout", "local_response_norm", "normalize",
    "scaled_dot_product_attention", "grouped_query_attention",
    "sinusoidal_position", "rotary_embedding", "time_embedding",
})  # fmt: skip
"""Layers that are otherwise than their category."""
_UNSET, _DECADE = "none", 10.0


@dataclass(frozen=True)
class Setting:
    """One setting.

    Args:
        key: As in `--set`: `lr`, `conv1.out_channels`.
        path: Of the node; empty for the training and inside blocks.
        owner: Words for what it belongs to: a node, a phase, the training.
        param: Its label and limits.
        value: In the project.
    """

    key: str
    path: str
    owner: str
    param: Param
    value: Value

    @property
    def words(self) -> str:
        """What people read: `Conv2d 1 · Output channels`."""
        label = tr(self.param.label)
        return f"{self.owner}{SEPARATOR}{label}" if self.owner else label

    @property
    def proposal(self) -> str:
        """Values around the present one, as words of a sweep: `0.001..0.1[log]`."""
        param, value = self.param, self.value
        if param.kind == "choice":
            return ",".join(filter(_is_word, param.choices))
        if param.kind == "bool":
            return "true,false"
        if param.kind == "float" and isinstance(value, int | float) and value > 0:
            return _around(param, float(value))
        return ",".join(_beside(param, value))


def _beside(param: Param, value: Value) -> list[str]:
    """Return half, the same and twice of a number; small ones where there is none."""
    known = value if isinstance(value, int | float) else None
    least = param.min or 0
    tried: tuple[float, ...] = (least, 2 * least, 4 * least, 1e-4, 1e-3, 1e-2, 1, 2)
    if known:
        tried = (known / 2, known, known * 2)
    whole = param.kind != "float"
    numbers = [int(each) if whole else each for each in tried]
    fitting = [f"{each:g}" for each in dict.fromkeys(numbers) if _fits(param, each)]
    return [*([_UNSET] if value is None else []), *fitting[:4]]


def _around(param: Param, value: float) -> str:
    """Return a range: a tenth to ten times, or half to twice what is no logarithm."""
    by = _DECADE if param.log else 2.0
    low, high = value / by, value * by
    if param.min is not None:
        low = max(low, param.min)
    if param.max is not None:
        high = min(high, param.max)
    return f"{low:.6g}..{high:.6g}" + ("[log]" if param.log else "")


def _is_word(choice: str) -> bool:
    """Return whether a choice is read as itself, not as a number or as nothing."""
    return choice.lower() != _UNSET and not choice[:1].isdecimal()


def _fits(param: Param, value: float) -> bool:
    try:
        param.check(value)
    except ConfigError:
        return False
    return True


def settings(project: Project) -> list[Setting]:
    """Return all of them: rates first, then the training, then node by node."""
    phases = project.training.phases
    several = len(phases) > 1
    return [
        *(each for phase in phases for each in _of_phase(phase, several=several)),
        *_of_training(project),
        *_of_nodes(project),
    ]


def _of_phase(phase: Phase, *, several: bool) -> Iterator[Setting]:
    head = f"{phase.name}." if several else ""
    owner = phase.name if several else ""
    optimizer = OPTIMIZERS[phase.optimizer.type].params
    schedule = SCHEDULES[phase.schedule.type].params
    tables: tuple[tuple[str, Iterable[Param], Mapping[str, Value]], ...] = (
        ("optimizer", optimizer, phase.optimizer.complete(OPTIMIZERS)),
        ("phase", PHASE_PARAMS.values(), {n: phase.value(n) for n in PHASE_PARAMS}),
        ("schedule", schedule, phase.schedule.complete(SCHEDULES)),
    )
    taken = {*TRAINING_PARAMS}
    for part, params, values in tables:
        for param in params:
            if param.kind in _KINDS:
                name = f"{part}.{param.name}" if param.name in taken else param.name
                yield Setting(head + name, "", owner, param, values[param.name])
            taken.add(param.name)
    for name, label, table, chosen in (
        ("optimizer", "Optimizer", OPTIMIZERS, phase.optimizer),
        ("schedule", "Schedule", SCHEDULES, phase.schedule),
    ):
        kinds = Param(name, "choice", chosen.type, label, choices=tuple(table))
        yield Setting(head + name, "", owner, kinds, chosen.type)


def _of_training(project: Project) -> Iterator[Setting]:
    for name, param in TRAINING_PARAMS.items():
        if param.kind in _KINDS and name not in _OF_THE_MACHINE:
            yield Setting(name, "", "", param, project.training.value(name))


def _of_nodes(project: Project) -> Iterator[Setting]:
    for node in project.graph.nodes.values():
        yield from _of_node(node, node.id, node.id, path_title(project, node.id))
    for name, block in project.blocks.items():
        for node in block.graph.nodes.values():
            words = f"{name}{SEPARATOR}{title(block.graph, node)}"
            yield from _of_node(node, f"{name}.{node.id}", "", words)


def _of_node(node: Node, key: str, path: str, owner: str) -> Iterator[Setting]:
    try:
        spec = registry.get(node.type)
    except UnknownLayerError:
        return
    if spec.category == "view":
        return
    values = {**spec.defaults(), **node.params}
    for param in sorted(spec.params, key=lambda each: _is_the_task(node, each)):
        if param.kind in _KINDS and _has_effect(node, param):
            yield Setting(f"{key}.{param.name}", path, owner, param, values[param.name])
    for name, param in NODE_PARAMS.items():
        if param.kind in _KINDS and _may_weigh(spec):
            yield Setting(f"{key}.{name}", path, owner, param, getattr(node, name))


def _may_weigh(spec: LayerSpec) -> bool:
    """Return whether such a layer has weights, and so a rate of its own."""
    if spec.id in _WITHOUT_WEIGHTS:
        return False
    return spec.category in _WITH_WEIGHTS or spec.id in _WITH_WEIGHTS_TOO


def _is_the_task(node: Node, param: Param) -> bool:
    """Return whether a setting changes what is learnt: it is offered last."""
    return (node.type, param.name) == (DATA.id, "source")


def _has_effect(node: Node, param: Param) -> bool:
    """Return whether a setting changes anything: many are of some data sets only."""
    if node.type != DATA.id or param.name in node.params:
        return True
    try:
        return spec_of(ports.params(node)).uses(param.name)
    except ConfigError:
        return True


def of_nodes(found: Iterable[Setting], ids: Iterable[str], scope: str) -> list[Setting]:
    """Return those of some nodes.

    Args:
        found: All.
        ids: Of nodes of one graph.
        scope: Its block, or nothing for the main one.
    """
    keys = {f"{scope}.{each}" if scope != ROOT else each for each in ids}
    return [each for each in found if each.key.rpartition(".")[0] in keys]
