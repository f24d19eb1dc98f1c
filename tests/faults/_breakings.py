"""Presets as people break them on the canvas: by wires, settings, layers and data."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import presets
from engine.errors import DocumentError, EngineError
from engine.graph.blocks.rewire import heal
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    ReplaceNode,
    SetParam,
    SetTraining,
    apply_all,
    removal,
)
from engine.graph.files import serialize
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Project
from engine.graph.ports import input_ports, output_ports
from engine.layers import registry
from engine.layers.datasets.catalogue import DATASETS
from tests.faults.checks import settings

_JUDGES = {"loss", "metric"}


def broken(seed: int) -> Iterator[tuple[str, Project]]:
    """Yield words and a document, without end; the same for the same seed."""
    names = presets.all_ids()
    whole = {name: presets.load(name) for name in names}
    for number in itertools.count():
        chance = random.Random(f"{seed}.{number}")
        name = chance.choice(names)
        made, done = whole[name].copy(), []
        while len(done) < chance.choice((1, 1, 2, 3)):
            words = _once(chance, made)
            done += [words] if words else []
        try:
            yield f"{seed}.{number} {name}: {', '.join(done)}", _as_read(made)
        except DocumentError:
            continue  # No file can hold such a setting.


def _as_read(made: Project) -> Project:
    return serialize.loads(serialize.dumps(made))


def _once(chance: random.Random, made: Project) -> str:
    """Break a document once; return what was done, nothing where it was refused."""
    scope = chance.choice([ROOT, ROOT, ROOT, *made.blocks])
    way = chance.choice(_WAYS)
    try:
        edits = way(chance, made, scope)
        apply_all(made, edits)
    except (EngineError, IndexError, ValueError):  # Nothing there to choose from.
        return ""
    where = f" in {scope}" if scope else ""
    return f"{way.__name__.strip('_')}{where} {_named(edits)}" if edits else ""


def _named(edits: list[Edit]) -> str:
    """Return what an edit is about, for the report."""
    edit = edits[0]
    about = getattr(edit, "edge", None) or getattr(edit, "node_id", None)
    node = getattr(edit, "node", None)
    words = f"{node.id}={node.type}" if node is not None else str(about or "")
    if isinstance(edit, Connect | Disconnect):
        words = f"{edit.edge.source}>{edit.edge.target}"
    if isinstance(edit, SetParam):
        words += f".{edit.name}={edit.value}"
    return words[:80]


def _node(chance: random.Random, graph: Graph) -> Node:
    return chance.choice(list(graph.nodes.values()))


def _lost_wire(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    return [Disconnect(chance.choice(made.scope(scope).edges), scope)]


def _lost_target(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    graph = made.scope(scope)
    wires = [e for e in graph.edges if e.target.port == "target"]
    return [Disconnect(chance.choice(wires), scope)]


def _wrong_setting(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    node = _node(chance, made.scope(scope))
    name, value = chance.choice(list(settings(registry.get(node.type))))
    return [SetParam(node.id, name, value, scope)]


def _swapped_inputs(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    graph = made.scope(scope)
    several = [n for n in graph.nodes if len(graph.edges_into(n)) > 1]
    one, two = chance.sample(graph.edges_into(chance.choice(several)), 2)
    return _crossed(one, two, scope)


def _swapped_wires(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    one, two = chance.sample(made.scope(scope).edges, 2)
    return _crossed(one, two, scope)


def _crossed(one: Edge, two: Edge, scope: str) -> list[Edit]:
    return [
        Disconnect(one, scope),
        Disconnect(two, scope),
        Connect(Edge(two.source, one.target), scope),
        Connect(Edge(one.source, two.target), scope),
    ]


def _lost_node(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    return removal(made, [_node(chance, made.scope(scope)).id], scope)


def _healed_node(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    return heal(made, [_node(chance, made.scope(scope)).id], scope)


def _other_data(chance: random.Random, made: Project, _scope: str) -> list[Edit]:
    nodes = [n for n in made.graph.nodes.values() if n.type == "data"]
    source = chance.choice(list(DATASETS))
    return [SetParam(chance.choice(nodes).id, "source", source)]


def _other_layer(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    node = _node(chance, made.scope(scope))
    category = registry.get(node.type).category
    kinds = [spec.id for spec in registry.all_specs() if spec.category == category]
    kinds = [kind for kind in kinds if kind not in {"data", "block"}]
    new = replace(node, type=chance.choice(kinds), params={})
    return [] if node.type in {"data", "block"} else [ReplaceNode(new, scope)]


def _spare_layer(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    """Return a new layer that nothing reads, on any output."""
    graph = made.scope(scope)
    kinds = [s for s in registry.all_specs() if s.category not in {"io", *_JUDGES}]
    spec = chance.choice([s for s in kinds if s.inputs])
    new = Node(graph.free_id("spare"), spec.id)
    source = _output(chance, made, graph)
    wire = Edge(source, Endpoint(new.id, spec.inputs[0].name))
    return [AddNode(new, scope), Connect(wire, scope)]


def _more_wire(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    graph = made.scope(scope)
    node = _node(chance, graph)
    port = chance.choice(input_ports(made, node)).name
    return [Connect(Edge(_output(chance, made, graph), Endpoint(node.id, port)), scope)]


def _output(chance: random.Random, made: Project, graph: Graph) -> Endpoint:
    node = _node(chance, graph)
    return Endpoint(node.id, chance.choice(output_ports(made, node)).name)


def _frozen(chance: random.Random, made: Project, scope: str) -> list[Edit]:
    node = _node(chance, made.scope(scope))
    return [ReplaceNode(replace(node, trainable=False), scope)]


def _all_minimised(_chance: random.Random, made: Project, _scope: str) -> list[Edit]:
    """Return phases that minimise what the first one does."""
    first, *rest = made.training.phases
    same = tuple(replace(phase, minimise=first.minimise) for phase in rest)
    return [SetTraining(replace(made.training, phases=(first, *same)))] if rest else []


_WAYS: tuple[Callable[[random.Random, Project, str], list[Edit]], ...] = (
    _lost_wire,
    _lost_target,
    _wrong_setting,
    _wrong_setting,
    _swapped_inputs,
    _swapped_wires,
    _lost_node,
    _healed_node,
    _other_data,
    _other_layer,
    _spare_layer,
    _more_wire,
    _frozen,
    _all_minimised,
)
