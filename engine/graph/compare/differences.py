"""What is different in one project from another: settings, nodes, wires."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from engine.errors import UnknownLayerError
from engine.graph.model import Graph, Node, Project
from engine.graph.options import (
    NODE_PARAMS,
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
    Option,
)
from engine.graph.settings import Choice, Phase, Training
from engine.graph.titles import kind_title, path_title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Param, Value

Kind = Literal["setting", "added", "removed", "wires"]
_NOT_SAID = frozenset({"device", "threads"})
"""Settings of the machine, which change no result that anybody compares."""
_MOST = 8
"""Letters of a list of numbers that are written out."""


class Difference(NamedTuple):
    """One thing that is different.

    Args:
        kind: A setting, a node that was added or removed, or wires.
        path: Of the node; empty for the training.
        name: Words for the setting or for the node.
        old: Its value before; empty for nodes.
        new: Its value now; empty for nodes.
    """

    kind: Kind
    path: str
    name: str
    old: str = ""
    new: str = ""

    @property
    def words(self) -> str:
        """Return it in a few words: `Learning rate 0.002`, `+ Dropout`."""
        if self.kind == "added":
            return f"+ {self.name}"
        if self.kind == "removed":
            return f"− {self.name}"
        return f"{self.name} {self.new}".strip()


def differences(old: Project, new: Project) -> list[Difference]:
    """Return what is different in `new`: the training first, then nodes, then wires.

    Names, places and settings of the machine don't count.
    """
    return [
        *_of_training(old.training, new.training),
        *_of_weights(old.weights, new.weights),
        *_of_graphs(old, new),
    ]


def _of_training(old: Training, new: Training) -> Iterator[Difference]:
    before = {name: old.value(name) for name in TRAINING_PARAMS}
    now = {name: new.value(name) for name in TRAINING_PARAMS}
    yield from _of_values(TRAINING_PARAMS, before, now)
    known = {phase.name: phase for phase in old.phases}
    if len(old.phases) == len(new.phases) == 1:
        known = {new.phases[0].name: old.phases[0]}
    several = len(new.phases) > 1
    for phase in new.phases:
        if phase.name in known:
            head = f"{phase.name}: " if several else ""
            for each in _of_phase(known.pop(phase.name), phase):
                yield each._replace(name=head + each.name)
        else:
            yield Difference("added", "", tr("Phase “{name}”", name=phase.name))
    for name in known:
        yield Difference("removed", "", tr("Phase “{name}”", name=name))


def _of_phase(old: Phase, new: Phase) -> Iterator[Difference]:
    yield from _of_choice(OPTIMIZERS, tr("Optimizer"), old.optimizer, new.optimizer)
    yield from _of_choice(SCHEDULES, tr("Schedule"), old.schedule, new.schedule)
    before = {name: old.value(name) for name in PHASE_PARAMS}
    now = {name: new.value(name) for name in PHASE_PARAMS}
    yield from _of_values(PHASE_PARAMS, before, now)
    for name, first, second in (
        (tr("Minimises"), old.minimise, new.minimise),
        (tr("Moves"), old.update, new.update),
    ):
        if first != second:
            shown = (", ".join(each) or tr("all") for each in (first, second))
            yield Difference("setting", "", name, *shown)


def _of_choice(
    table: Mapping[str, Option], name: str, old: Choice, new: Choice
) -> Iterator[Difference]:
    """Yield what is different in an optimizer or a schedule.

    Settings that the kind of before did not have are told when they were set by hand.
    """
    if old.type != new.type:
        titles = (tr(table[each.type].title) for each in (old, new))
        yield Difference("setting", "", name, *titles)
    before, now = old.complete(table), new.complete(table)
    if old.type != new.type:
        now = {key: value for key, value in now.items() if key in before}
        before = {key: before[key] for key in now}
    params = {param.name: param for param in table[new.type].params}
    yield from _of_values(params, before, now)


def _of_values(
    params: Mapping[str, Param],
    old: Mapping[str, Value],
    new: Mapping[str, Value],
    path: str = "",
) -> Iterator[Difference]:
    for name, value in new.items():
        if old.get(name) == value or name in _NOT_SAID:
            continue
        param = params.get(name)
        label = tr(param.label) if param else name
        shown = (_shown(each, param) for each in (old.get(name), value))
        yield Difference("setting", path, label, *shown)


def _of_graphs(old: Project, new: Project) -> Iterator[Difference]:
    yield from _of_graph(old, new, old.graph, new.graph, "")
    for name in old.blocks.keys() - new.blocks.keys():
        yield Difference("removed", "", tr("Block “{name}”", name=name))
    for name, block in new.blocks.items():
        if name in old.blocks:
            before = old.blocks[name].graph
            yield from _of_graph(old, new, before, block.graph, f"{name}: ")
        else:
            yield Difference("added", "", tr("Block “{name}”", name=name))


def _of_graph(
    old: Project, new: Project, before: Graph, now: Graph, head: str
) -> Iterator[Difference]:
    is_main = not head
    for node in now.nodes.values():
        words = head + _title(new, node, is_main=is_main)
        path = node.id if is_main else ""
        known = before.nodes.get(node.id)
        if known is None:
            yield Difference("added", path, words)
        elif known.type != node.type:
            kinds = kind_title(known), kind_title(node)
            yield Difference("setting", path, words, *kinds)
        else:
            for each in _of_node(known, node):
                yield each._replace(name=f"{words}: {each.name}", path=path)
    for node in before.nodes.values():
        if node.id not in now.nodes:
            words = head + _title(old, node, is_main=is_main)
            yield Difference("removed", node.id if is_main else "", words)
    common = before.nodes.keys() & now.nodes.keys()
    wires = [
        {e for e in graph.edges if e.source.node in common and e.target.node in common}
        for graph in (before, now)
    ]
    if wires[0] != wires[1]:
        yield Difference("wires", "", head + tr("other wires"))


def _title(project: Project, node: Node, *, is_main: bool) -> str:
    return path_title(project, node.id) if is_main else node.name or kind_title(node)


def _of_node(old: Node, new: Node) -> Iterator[Difference]:
    try:
        spec = registry.get(new.type)
    except UnknownLayerError:
        params: dict[str, Param] = {}
    else:
        params = {param.name: param for param in spec.params}
    whole = {name: param.default for name, param in params.items()}
    before, now = {**whole, **old.params}, {**whole, **new.params}
    yield from _of_values(params, before, now)
    was, is_now = (
        {name: getattr(node, name) for name in NODE_PARAMS} for node in (old, new)
    )
    yield from _of_values(NODE_PARAMS, was, is_now)
    yield from _of_weights(old.weights, new.weights)


def _of_weights(old: str, new: str) -> Iterator[Difference]:
    """Yield that training starts from other weights."""
    if old != new:
        shown = (tr("from a file") if each else tr("random") for each in (old, new))
        yield Difference("setting", "", tr("Weights"), *shown)


def _shown(value: Value, param: Param | None) -> str:
    """Return a value as short text."""
    if value is None:
        return tr(param.unset) if param else "–"
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        parts = [_shown(each, None) for each in value[:_MOST]]
        return "×".join(parts) + ("…" if len(value) > _MOST else "")
    return str(value)
