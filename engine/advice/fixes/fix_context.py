"""A node that doesn't fit its inputs, and whether a change would make it fit.

Every fix that a `FixContext` makes was tried on the shapes that are known: a button
that is shown solves the problem at its node.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.compile.builders.table import BUILDERS
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow, Inference
from engine.errors import ConfigError, EngineError
from engine.graph.blocks.rewire import heal
from engine.graph.edits import AddNode, Connect, Disconnect, Edit, ReplaceNode, SetParam
from engine.graph.model import Edge, Endpoint, Graph, Node, Project
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec, Params, Value

Flows = tuple[Flow, ...]
Find = Callable[[str, Params, Flows], Inference | EngineError]
Step = tuple[str, dict[str, Value]]
"""Type and params of a node that is put into a wire."""
_SHOWN = (
    *("out_features", "out_channels", "shape", "output_size"),
    *("scale_factor", "num_classes"),
)
"""Settings of an inserted layer that its button names."""


@dataclass(frozen=True)
class FixContext:
    """One node with what flows into it.

    Args:
        project: Only read.
        node: The node.
        flows: Into its connected ports, in port order.
        find: Tells what a node with such inputs puts out, or why it doesn't fit.
        known: What flows out of every node whose output is known.
    """

    project: Project
    node: FlatNode
    flows: Flows
    find: Find
    known: Mapping[Source, Flow]

    @property
    def graph(self) -> Graph:
        """The graph in which the node stands."""
        return self.project.scope(self.node.scope)

    @property
    def spec(self) -> LayerSpec:
        """The node's entry in the catalogue."""
        return registry.get(self.node.type)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first input; empty where there is none."""
        return self.flows[0].shape if self.flows else ()

    @property
    def title(self) -> str:
        """Words for the node."""
        return title(self.graph, self.node.node)

    def wire(self, index: int) -> Edge | None:
        """Return the wire of a connected input; None when it enters the block."""
        return wire_into(self.project, self.node, index)

    def flow_of(self, end: Endpoint) -> Flow | None:
        """Return what flows out of a port of the same graph."""
        prefix = self.node.path[: -len(self.node.node.id)]
        return self.known.get(Source(prefix + end.node, end.port))

    def fits(
        self,
        params: Params | None = None,
        flows: Flows | None = None,
        type_id: str = "",
    ) -> bool:
        """Return whether the node would fit with these instead of its own."""
        found = self.find(
            type_id or self.node.type,
            self.node.params if params is None else params,
            self.flows if flows is None else flows,
        )
        return not isinstance(found, EngineError)

    def set(self, values: Mapping[str, Value], label: str = "") -> Iterator[Fix]:
        """Yield the fix that changes settings of the node, if it fits then."""
        valid = all(_is_valid(self.spec, name, item) for name, item in values.items())
        if not valid or not self.fits({**self.node.params, **values}):
            return
        edits = [
            SetParam(self.node.node.id, name, value, self.node.scope)
            for name, value in values.items()
        ]
        name, value = next(iter(values.items()))
        yield Fix(label or set_words(self.spec, name, value), tuple(edits))

    def passed(self, steps: Sequence[Step], flow: Flow) -> Flow | None:
        """Return what comes out of new nodes in a row; None when one doesn't fit."""
        for type_id, params in steps:
            found = self.find(type_id, registry.get(type_id).complete(params), (flow,))
            if isinstance(found, EngineError):
                return None
            flow = found.outputs[0]
        return flow

    def insert(self, index: int, *steps: Step, label: str = "") -> Iterator[Fix]:
        """Yield the fix that puts nodes into the wire of an input, if they help.

        Args:
            index: Of the input among the connected ones.
            *steps: The nodes, the first next to the source.
            label: Words on the button; by default they name the nodes.
        """
        edge, result = self.wire(index), self.passed(steps, self.flows[index])
        if edge is None or result is None:
            return
        flows = (*self.flows[:index], result, *self.flows[index + 1 :])
        if self.fits(flows=flows):
            words = label or insert_words(self, index, steps)
            edits = into_wire(self.project, self.node.scope, edge, steps)
            yield Fix(words, edits)

    def retype(self, type_id: str, **values: Value) -> Iterator[Fix]:
        """Yield the fix that makes another layer of the node, if that fits.

        Settings that both have stay, as do the wires.
        """
        if type_id not in BUILDERS:
            return
        old, spec = self.graph.node(self.node.node.id), registry.get(type_id)
        kept = {
            name: value
            for name, value in old.params.items()
            if _is_valid(spec, name, value)
        }
        params = {**kept, **values}
        if self.fits(spec.complete(params), type_id=type_id):
            new = retyped(old, type_id, params)
            label = tr("Use {title} instead", title=tr(spec.title))
            yield Fix(label, (ReplaceNode(new, self.node.scope),))

    def bypass(self) -> Iterator[Fix]:
        """Yield the fix that removes the node and joins its wires."""
        graph, node_id = self.graph, self.node.node.id
        behind = graph.edges_out_of(node_id)
        if not (self.node.inputs and behind) or self.wire(0) is None:
            return
        edits = heal(self.project, [node_id], self.node.scope)
        joined = sum(isinstance(edit, Connect) for edit in edits)
        if joined == len(behind):
            yield Fix(tr("Remove “{title}”", title=self.title), tuple(edits))

    def replug(self, index: int, source: Endpoint, label: str) -> Iterator[Fix]:
        """Yield the fix that feeds an input from elsewhere, if that fits."""
        edge, flow = self.wire(index), self.flow_of(source)
        if edge is None or flow is None or source == edge.source:
            return
        if self.fits(flows=(*self.flows[:index], flow, *self.flows[index + 1 :])):
            place = self.graph.edges.index(edge)
            scope, better = self.node.scope, Edge(source, edge.target)
            yield Fix(label, (Disconnect(edge, scope), Connect(better, scope, place)))


def _is_valid(spec: LayerSpec, name: str, value: Value) -> bool:
    param = spec.param(name)
    if param is None:
        return False
    try:
        param.check(value)
    except ConfigError:
        return False
    return True


def retyped(old: Node, type_id: str, params: Params) -> Node:
    """Return a node as another layer; its name and what it may train stay."""
    return Node(old.id, type_id, params, old.name, old.trainable, old.lr_factor)


def wire_into(project: Project, node: FlatNode, index: int) -> Edge | None:
    """Return the wire of a connected input; None when it comes through the block."""
    port, _ = node.inputs[index]
    before = sum(1 for name, _ in node.inputs[:index] if name == port)
    edges = [
        edge
        for edge in project.scope(node.scope).edges_into(node.node.id)
        if edge.target.port == port
    ]
    return edges[before] if before < len(edges) else None


def into_wire(
    project: Project, scope: str, edge: Edge, steps: Sequence[Step]
) -> tuple[Edit, ...]:
    """Return the edits that put new nodes in a row into a wire."""
    graph = project.scope(scope)
    place, source = graph.edges.index(edge), edge.source
    adding: list[Edit] = []
    wires: list[Edit] = [Disconnect(edge, scope)]
    taken: set[str] = set()
    for type_id, params in steps:
        new = Node(_free(graph, type_id, taken), type_id, params)
        taken.add(new.id)
        spec = registry.get(type_id)
        adding.append(AddNode(new, scope))
        enter = Endpoint(new.id, spec.inputs[0].name)
        wires.append(Connect(Edge(source, enter), scope))
        source = Endpoint(new.id, spec.outputs[0].name)
    wires.append(Connect(Edge(source, edge.target), scope, place))
    return (*adding, *wires)


def _free(graph: Graph, stem: str, taken: set[str]) -> str:
    number, name = 1, graph.free_id(stem)
    while name in taken:
        number += 1
        name = graph.free_id(f"{stem}_{number}")
    return name


def set_words(spec: LayerSpec, name: str, value: Value) -> str:
    """Return the words of a button that sets a parameter."""
    param = spec.param(name)
    label = tr(param.label) if param else name
    if value is None or value == ():
        return tr("Clear {setting}", setting=label)
    return tr("Set {setting} to {n}", setting=label, n=value_words(value))


def value_words(value: Value) -> str:
    """Return a value as the canvas writes it."""
    if isinstance(value, tuple):
        return "×".join(value_words(item) for item in value)
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", "−") if abs(value) < 1e6 else str(value)
    return str(value)


def insert_words(context: FixContext, index: int, steps: Sequence[Step]) -> str:
    """Return the words of a button that inserts nodes."""
    layers = tr(" and ").join(_step_words(*step) for step in steps)
    edge = context.wire(index)
    if edge is None or (index == 0 and context.spec.category != "merge"):
        return tr("Insert {layer} before “{title}”", layer=layers, title=context.title)
    source = title(context.graph, context.graph.node(edge.source.node))
    return tr("Insert {layer} behind “{title}”", layer=layers, title=source)


def _step_words(type_id: str, params: Params) -> str:
    spec = registry.get(type_id)
    shown = [value_words(params[name]) for name in _SHOWN if name in params]
    if params.get("stride", 1) != 1:
        shown.append(tr("stride {n}", n=value_words(params["stride"])))
    return f"{spec.title} ({', '.join(shown)})" if shown else spec.title
