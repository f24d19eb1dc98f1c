"""Other layers in the place of those that are there: wires, names and settings stay."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import ConfigError, GraphError
from engine.graph.edits import (
    Connect,
    Disconnect,
    Edit,
    ReplaceNode,
    SetBlock,
    apply_all,
)
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Project
from engine.graph.ports import fits
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec, Port, Ports, Value
from workbench.document import wires
from workbench.document.document import Document

LINEAR = "linear"
LORA = "lora_linear"
_ROLES = frozenset({"loss", "metric", "view", "io"})
"""Categories that only their own kind can stand in for."""
_NEVER = frozenset({"block", "reroute"})
"""Made from a selection, or a mere point of a wire."""
_Use = tuple[str, int]
"""A port of the old node, and which of the wires into it: many may end in one."""
_Names = dict[_Use, str]
"""Uses of the old node's ports → ports of the new one."""


def may_replace(node: Node) -> bool:
    """Return whether something else could stand in the place of a node."""
    return registry.has(node.type) and node.type not in _NEVER


def substitutes(
    project: Project, node_ids: Sequence[str], scope: str = ROOT
) -> list[str]:
    """Return the ids of what can stand in the place of nodes and keeps every wire.

    They are in the order of the catalogue; what would lack an input is not among them.
    """
    nodes = [project.scope(scope).node(node_id) for node_id in node_ids]
    if not nodes or not all(map(may_replace, nodes)):
        return []
    return [
        spec.id
        for spec in registry.all_specs()
        if spec.id not in _NEVER
        and any(node.type != spec.id for node in nodes)
        and all(_Change(project, node, spec, scope).keeps_all for node in nodes)
    ]


def replace_with(
    document: Document, node_ids: Sequence[str], type_id: str, scope: str = ROOT
) -> None:
    """Put another layer in the place of nodes, as one step.

    A node keeps its id and its name, its wires, whether it trains, and the settings
    that both kinds have.

    Raises:
        GraphError: A wire would find no port.
    """
    project, spec = document.project, registry.get(type_id)
    graph = project.scope(scope)
    trial, edits, names = project.copy(), [], []
    for node_id in node_ids:
        node = trial.scope(scope).node(node_id)
        if node.type == type_id:
            continue
        change = _Change(trial, node, spec, scope)
        if not change.keeps_all:
            words = tr("{title} has no port for one of its wires", title=spec.title)
            raise GraphError(words, where=title(graph, node))
        for edit in change.edits():
            edit.apply(trial)
            edits.append(edit)
        names.append(title(graph, node))
    old = names[0] if len(names) == 1 else tr("{n:layer|layers}", n=len(names))
    words = tr("Replace {title} with {other}", title=old, other=spec.title)
    document.apply(edits, words)


@dataclass(frozen=True)
class _Change:
    """One node and what shall stand in its place.

    Args:
        project: Only read.
        node: The node as it is.
        spec: What it becomes.
        scope: Where it stands.
    """

    project: Project
    node: Node
    spec: LayerSpec
    scope: str

    @property
    def keeps_all(self) -> bool:
        """Whether every wire and every port of the block around finds a port."""
        old = registry.get(self.node.type)
        if _role(old) != _role(self.spec):
            return False
        into, out = self._inputs(), self._outputs()
        if into is None or out is None:
            return False
        needed = {p.name for p in self.spec.inputs if not p.optional}
        wired = {name for name, _ in into}
        has_all = {p.name for p in old.inputs if not p.optional} <= wired
        return not has_all or needed <= set(into.values())

    def _new(self) -> Node:
        """Return the node as it becomes."""
        params = dict(_shared(self.node, self.spec))
        return replace(self.node, type=self.spec.id, params=params, weights="")

    def _inputs(self) -> _Names | None:
        graph = self.project.scope(self.scope)
        known: dict[_Use, list[Port]] = {}
        for use, edge in self._into():
            source = graph.node(edge.source.node)
            ports = wires.outputs_of(self.project, source)
            port = wires.port_of(ports, edge.source.port)
            known[use] = [port] if port else []
        for name in self._led_in():
            known.setdefault((name, 0), [])
        return _matched(self.spec.inputs, known, fits)

    def _into(self) -> Iterator[tuple[_Use, Edge]]:
        """Yield the wires into the node, those into one port with their numbers."""
        count: dict[str, int] = {}
        for edge in self.project.scope(self.scope).edges_into(self.node.id):
            number = count[edge.target.port] = count.get(edge.target.port, -1) + 1
            yield (edge.target.port, number), edge

    def _outputs(self) -> _Names | None:
        graph = self.project.scope(self.scope)
        known: dict[_Use, list[Port]] = {(name, 0): [] for name in self._led_out()}
        for edge in graph.edges_out_of(self.node.id):
            target = graph.node(edge.target.node)
            ports = wires.inputs_of(self.project, target)
            port = wires.port_of(ports, edge.target.port)
            known.setdefault((edge.source.port, 0), []).extend([port] if port else [])
        outputs = wires.outputs_of(self.project, self._new())
        return _matched(outputs, known, lambda there, own: fits(own, there))

    def _led_in(self) -> list[str]:
        """Return the inputs that the block around shows."""
        block = self.project.blocks.get(self.scope)
        ends = [e for found in block.inputs.values() for e in found] if block else []
        return [end.port for end in ends if end.node == self.node.id]

    def _led_out(self) -> list[str]:
        block = self.project.blocks.get(self.scope)
        ends = block.outputs.values() if block else ()
        return [end.port for end in ends if end.node == self.node.id]

    def edits(self) -> list[Edit]:
        """Return what makes the change; wires stand where they stood in their order."""
        into, out = self._inputs() or {}, self._outputs() or {}
        graph = self.project.scope(self.scope)
        uses = {edge: use for use, edge in self._into()}
        moved = [
            (index, edge, new)
            for index, edge in enumerate(graph.edges)
            if (new := self._moved(edge, uses.get(edge), into, out)) != edge
        ]
        edits: list[Edit] = [Disconnect(edge, self.scope) for _, edge, _ in moved]
        edits.append(ReplaceNode(self._new(), self.scope))
        edits += [Connect(new, self.scope, index) for index, _, new in moved]
        return [*edits, *self._led(edits, into, out)]

    def _moved(self, edge: Edge, use: _Use | None, into: _Names, out: _Names) -> Edge:
        source, target = edge.source, edge.target
        if source.node == self.node.id:
            source = Endpoint(source.node, out.get((source.port, 0), source.port))
        if use is not None:
            target = Endpoint(target.node, into.get(use, target.port))
        return Edge(source, target)

    def _led(self, before: Sequence[Edit], into: _Names, out: _Names) -> Iterator[Edit]:
        """Yield what leads the ports of the block around to the new ports."""
        block = self.project.blocks.get(self.scope)
        if block is None or not (self._led_in() or self._led_out()):
            return
        trial = self.project.copy()
        apply_all(trial, before)

        def led(end: Endpoint, names: _Names) -> Endpoint:
            own = end.node == self.node.id
            return Endpoint(end.node, names[end.port, 0]) if own else end

        inputs = {
            name: tuple(led(end, into) for end in ends)
            for name, ends in block.inputs.items()
        }
        outputs = {name: led(end, out) for name, end in block.outputs.items()}
        inner = trial.blocks[self.scope]
        yield SetBlock(self.scope, replace(inner, inputs=inputs, outputs=outputs))


def _role(spec: LayerSpec) -> str:
    return spec.category if spec.category in _ROLES else ""


def _shared(node: Node, spec: LayerSpec) -> Iterator[tuple[str, Value]]:
    """Yield the settings of a node that another kind has too, and takes."""
    for name, value in node.params.items():
        param = spec.param(name)
        if param is None:
            continue
        try:
            checked: Value = param.check(value)
        except ConfigError:
            continue
        if checked != param.default:
            yield name, checked


def _matched(
    ports: Ports,
    wanted: Mapping[_Use, Sequence[Port]],
    fit: Callable[[Port, Port], bool],
) -> _Names | None:
    """Return a port for each use: of that name, or the next that is free.

    Args:
        ports: Of the new node.
        wanted: Uses of the old node's ports, with the ports at the other ends.
        fit: Whether (there, own) can be joined.
    """
    found: _Names = {}
    names = {port.name for port in ports}
    for use in sorted(wanted, key=lambda use: use[0] not in names):
        free = [
            port
            for port in sorted(ports, key=lambda port: port.name != use[0])
            if (port.variadic or port.name not in found.values())
            and all(fit(each, port) for each in wanted[use])
        ]
        if not free:
            return None
        found[use] = free[0].name
    return found


def adapt(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> list[str]:
    """Fine-tune the Linear layers among nodes with LoRA, as one step.

    They keep their id, and so the names of `weight` and `bias`; the correction is
    there to be trained, so a frozen layer is let go.

    Returns:
        The ids of the layers that have changed.
    """
    return _change(document, node_ids, scope, LORA)


def restore(
    document: Document, node_ids: Sequence[str], scope: str = ROOT
) -> list[str]:
    """Make plain Linear layers of the LoRALinear ones among nodes, as one step.

    Returns:
        The ids of the layers that have changed.
    """
    return _change(document, node_ids, scope, LINEAR)


def _change(
    document: Document, node_ids: Sequence[str], scope: str, goal: str
) -> list[str]:
    graph = document.project.scope(scope)
    nodes = [graph.node(node_id) for node_id in node_ids]
    asked = [node for node in nodes if node.type == _other(goal)]
    if asked:
        edits = [ReplaceNode(_changed(node, goal), scope) for node in asked]
        document.apply(edits, _words(graph, asked, goal))
    return [node.id for node in asked]


def _other(type_id: str) -> str:
    return LINEAR if type_id == LORA else LORA


def _changed(node: Node, goal: str) -> Node:
    """Return a node of the other kind; settings that it lacks are left behind."""
    known = {param.name for param in registry.get(goal).params}
    params = {name: value for name, value in node.params.items() if name in known}
    trainable = node.trainable or goal == LORA
    return replace(node, type=goal, params=params, trainable=trainable)


def _words(graph: Graph, nodes: Sequence[Node], goal: str) -> str:
    if goal == LINEAR:
        return tr("Back to a plain Linear")
    if len(nodes) == 1:
        return tr("Fine-tune {title} with LoRA", title=title(graph, nodes[0]))
    return tr("Fine-tune {count:layer|layers} with LoRA", count=len(nodes))
