"""Group a selection into a block, as edits.

The block's inputs and outputs are found by themselves: an input for every outer
output that feeds the selection, an output for every inner output that is used
outside. The network computes the same before and after; weights are renamed from
`fc.weight` to `<instance>.fc.weight`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import GraphError
from engine.graph import paths, walks
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    SetBlock,
    SetTraining,
)
from engine.graph.model import (
    ROOT,
    Block,
    Edge,
    Endpoint,
    Graph,
    Node,
    Position,
    Project,
)
from engine.graph.ports import BLOCK, input_ports, output_ports
from engine.graph.titles import title
from engine.graph.weights import grouped
from engine.i18n import tr
from engine.layers import registry

_STAYS_OUTSIDE = {"loss", "metric", "view"}
_WEIGHTLESS = {"act", "shape", "merge", "pool"}


@dataclass
class _Border:
    """What crosses the edge of the selection.

    Args:
        inner: The future inside.
        sources: Outer output → name of the block's input that it feeds.
        inputs: Name of an input → inner ports that it feeds.
        outputs: Name of an output → inner output that it shows.
    """

    inner: Graph
    sources: dict[Endpoint, str] = field(default_factory=dict)
    inputs: dict[str, tuple[Endpoint, ...]] = field(default_factory=dict)
    outputs: dict[str, Endpoint] = field(default_factory=dict)


def group(
    project: Project, node_ids: Sequence[str], name: str, scope: str = ROOT
) -> list[Edit]:
    """Return the edits that turn nodes into one instance of a new block.

    Args:
        project: Only read.
        node_ids: The selection.
        name: Name of the block and of its instance; must be free.
        scope: Where the selection stands.

    Raises:
        GraphError: When the selection can't be a block; says why.
    """
    graph = project.scope(scope)
    chosen = [node for node in graph.nodes.values() if node.id in set(node_ids)]
    _check(project, graph, chosen, name)
    border = _border(graph, {node.id for node in chosen})
    _add_loose_ends(project, graph, border, chosen)
    if scope == ROOT:
        for node in chosen:
            border.inner.replace_node(grouped(node))
    instance = Node(graph.free_id(name), BLOCK, {"of": name})
    edits: list[Edit] = [
        SetBlock(name, Block(border.inner, border.inputs, border.outputs))
    ]
    edits += _places(project, chosen, instance.id, name, scope)
    edits += _swap(graph, chosen, instance, border, scope)
    edits += _phases(project, chosen, instance.id, scope)
    return edits


def renamed(instance: str, node_ids: Sequence[str]) -> dict[str, str]:
    """Return old node path → new node path of a grouped selection."""
    return {node_id: f"{instance}.{node_id}" for node_id in node_ids}


def _check(project: Project, graph: Graph, chosen: list[Node], name: str) -> None:
    if not chosen:
        raise GraphError(tr("Nothing is selected"))
    if name in project.blocks:
        raise GraphError(tr("A block “{name}” is already there", name=name))
    for node in chosen:
        spec = registry.get(node.type)
        source = spec.category == "io" and node.type != BLOCK and not spec.inputs
        if spec.category in _STAYS_OUTSIDE or source:
            raise GraphError(
                tr("This can't stand inside a block"),
                where=title(graph, node),
                fix=tr("Select layers only; data, losses and views stay outside."),
            )
    _check_no_detour(graph, {node.id for node in chosen})


def _check_no_detour(graph: Graph, inside: set[str]) -> None:
    """Refuse a selection that a path leaves and enters again."""
    detour = walks.between(graph, inside, inside) - inside
    for node_id in graph.nodes if detour else ():
        if node_id in detour and any(
            edge.target.node in inside for edge in graph.edges_out_of(node_id)
        ):
            raise GraphError(
                tr("A path leaves the selection and comes back"),
                where=title(graph, graph.node(node_id)),
                fix=tr("Select what lies between as well."),
            )


def _border(graph: Graph, inside: set[str]) -> _Border:
    border = _Border(Graph())
    for node in graph.nodes.values():
        if node.id in inside:
            border.inner.add_node(node)
    for edge in graph.edges:
        into, out_of = edge.target.node in inside, edge.source.node in inside
        if into and out_of:
            border.inner.connect(edge)
        elif into:
            _add_input(graph, border, edge)
        elif out_of and edge.source not in border.outputs.values():
            border.outputs[_free(edge.source.port, border.outputs)] = edge.source
    return border


def _add_loose_ends(
    project: Project, graph: Graph, border: _Border, chosen: list[Node]
) -> None:
    """Give the block ports for what is to be connected later.

    These are the inputs that need a wire and have none, and the first output of nodes
    that feed nothing.
    """
    for node in chosen:
        wired = {edge.target.port for edge in graph.edges_into(node.id)}
        for port in input_ports(project, node):
            if not port.optional and port.name not in wired:
                name = _free(port.name, border.inputs)
                border.inputs[name] = (Endpoint(node.id, port.name),)
        outputs = output_ports(project, node)
        if outputs and not graph.edges_out_of(node.id):
            name = _free(outputs[0].name, border.outputs)
            border.outputs[name] = Endpoint(node.id, outputs[0].name)


def _add_input(graph: Graph, border: _Border, edge: Edge) -> None:
    target = edge.target
    if _shares_port(graph, edge):
        target = _relay(border.inner, edge)
    if edge.source not in border.sources:
        name = _free(edge.target.port, border.inputs)
        border.sources[edge.source] = name
        border.inputs[name] = ()
    name = border.sources[edge.source]
    border.inputs[name] = (*border.inputs[name], target)


def _shares_port(graph: Graph, edge: Edge) -> bool:
    """Return whether the port takes several wires, whose order must be kept."""
    wires = graph.edges_into(edge.target.node)
    return sum(wire.target == edge.target for wire in wires) > 1


def _relay(inner: Graph, edge: Edge) -> Endpoint:
    """Put a point where the wire enters, so that its place among wires stays."""
    relay = Node(inner.free_id("enter"), "reroute")
    inner.add_node(relay)
    inner.connect(Edge(Endpoint(relay.id, "out"), edge.target))
    return Endpoint(relay.id, "input")


def _free(stem: str, taken: Collection[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _places(
    project: Project, chosen: list[Node], instance: str, name: str, scope: str
) -> list[Edit]:
    places = {node.id: project.position(scope, node.id) for node in chosen}
    known = {node_id: place for node_id, place in places.items() if place}
    if not known:
        return []
    left = min(x for x, _ in known.values())
    top = min(y for _, y in known.values())
    inner = tuple((n, (x - left, y - top)) for n, (x, y) in known.items())
    gone: list[tuple[str, Position | None]] = [(node_id, None) for node_id in known]
    centre = (
        sum(x for x, _ in known.values()) / len(known),
        sum(y for _, y in known.values()) / len(known),
    )
    return [Move(inner, name), Move((*gone, (instance, centre)), scope)]


def _swap(
    graph: Graph, chosen: list[Node], instance: Node, border: _Border, scope: str
) -> list[Edit]:
    """Take the selection out and put the instance in, wires in their old places."""
    inside = {node.id for node in chosen}
    touched = [
        e for e in graph.edges if e.source.node in inside or e.target.node in inside
    ]
    wires = _outer_wires(graph, instance.id, inside, border)
    kept = set(graph.edges) - set(touched)
    edits: list[Edit] = [Disconnect(edge, scope) for edge in reversed(touched)]
    edits += [RemoveNode(node.id, scope) for node in chosen]
    edits.append(AddNode(instance, scope, list(graph.nodes).index(chosen[0].id)))
    edits += [
        Connect(wire, scope, index)
        for index, wire in enumerate(wires)
        if wire not in kept
    ]
    return edits


def _outer_wires(
    graph: Graph, instance: str, inside: set[str], border: _Border
) -> list[Edge]:
    """Return the wires of the scope afterwards, in order."""
    names = {end: name for name, end in border.outputs.items()}
    wires: dict[Edge, None] = {}
    for edge in graph.edges:
        into, out_of = edge.target.node in inside, edge.source.node in inside
        if into and out_of:
            continue
        source, target = edge.source, edge.target
        if into:
            target = Endpoint(instance, border.sources[edge.source])
        if out_of:
            source = Endpoint(instance, names[edge.source])
        wires[Edge(source, target)] = None
    return list(wires)


def _phases(
    project: Project, chosen: list[Node], instance: str, scope: str
) -> list[Edit]:
    """Let phases that update nodes of the selection update them in the instance."""
    inside = {node.id for node in chosen}

    def entered(steps: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [(instance, *steps) if steps[0] in inside else steps]

    weighted = {
        f"{instance}.{node.id}"
        for node in chosen
        if registry.get(node.type).category not in _WEIGHTLESS
    }
    edits = paths.renamed_in_phases(project, scope, entered)
    return [_whole(edit, weighted, instance) for edit in edits]


def _whole(edit: SetTraining, parts: set[str], instance: str) -> SetTraining:
    """Let a phase that updates all of an instance say so in one word."""
    phases = []
    for phase in edit.training.phases:
        update = phase.update
        if parts and parts <= set(update):
            words = (instance if name in parts else name for name in update)
            update = tuple(dict.fromkeys(words))
        phases.append(phase.with_update(update))
    return SetTraining(replace(edit.training, phases=tuple(phases)))
