"""What a person can do to a document, each as one readable undo step.

Functions take the document first and raise EngineError when it refuses; nothing has
changed then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from engine.advice.document.switches import Switch
from engine.errors import GraphError
from engine.graph import settings_text
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    Rename,
    ReplaceNode,
    SetParam,
    SetTraining,
    removal,
)
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Position, Project
from engine.graph.problems import Fix
from engine.graph.settings import Training
from engine.graph.titles import kind_title, title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA, DATASETS
from engine.layers.spec import Param, Value
from workbench.document import outer_ports, wires
from workbench.document.document import Document

_ENDS = frozenset({"loss", "metric"})
"""Kinds of outputs that are read by nobody."""
_DEFAULT_SETS = ("", DATA.defaults()["source"])


def pinned(document: Document, scope: str = ROOT) -> list[Edit]:
    """Return the edit that stores where nodes without a position are shown.

    Adding the first position would otherwise let all others jump at the next load.
    """
    graph = document.project.scope(scope)
    shown = document.unplaced(scope)
    nodes = graph.nodes
    places = tuple((i, p) for i, p in shown.items() if i in nodes)
    return [Move(places, scope)] if places else []


def add_node(
    document: Document,
    type_id: str,
    position: Position,
    connect_from: Endpoint | Edge | None = None,
    scope: str = ROOT,
    source: str = "",
) -> str:
    """Add a node and return its id.

    Args:
        document: Where to.
        type_id: Id in the catalogue.
        position: Of its top left corner.
        connect_from: A port of another node, output or input, to wire it to where
            one of its ports fits; or a wire to stand in, where both ends fit.
        scope: Block that is open, or the main graph.
        source: Of a Data node: its data set; empty for the default.
    """
    spec = registry.get(type_id)
    project = document.project
    params = {"source": source} if source not in _DEFAULT_SETS else {}
    node = Node(project.scope(scope).free_id(type_id), type_id, params)
    edits = [*pinned(document, scope), AddNode(node, scope)]
    edits.append(Move(((node.id, position),), scope))
    if isinstance(connect_from, Edge):
        edits += _inserting(project, connect_from, node, scope)
    elif connect_from is not None:
        edits += _joining(project, connect_from, node, scope)
    title = tr(DATASETS[source].title) if source in DATASETS else spec.title
    document.apply(edits, tr("Add {title}", title=title))
    return node.id


def _joining(project: Project, end: Endpoint, node: Node, scope: str) -> list[Edit]:
    """Return the edits that wire a new node to a port of an old one.

    A new end is wired to the right answer too; behind another one it judges the same.
    """
    old = project.scope(scope).node(end.node)
    port = wires.port_of(wires.outputs_of(project, old), end.port)
    if port is not None and port.kind in _ENDS:
        return wires.alike(project, old, node, scope)
    forward = port is not None
    edge = wires.joined(project, end, node, scope, forward=forward)
    if edge is None:
        return []
    displaced = [] if forward else wires.displaced_by(project, edge, scope)
    edits: list[Edit] = [
        *(Disconnect(e, scope) for e in displaced),
        Connect(edge, scope),
    ]
    has_answer = not forward or edge.target.port == "target"
    return edits if has_answer else [*edits, *wires.answer(project, node, scope)]


def _inserting(project: Project, edge: Edge, node: Node, scope: str) -> list[Edit]:
    """Return the edits that put a new node into a wire; none where it doesn't fit."""
    before = wires.joined(project, edge.source, node, scope, forward=True)
    after = wires.joined(project, edge.target, node, scope, forward=False)
    if before is None or after is None:
        return []
    return [Disconnect(edge, scope), Connect(before, scope), Connect(after, scope)]


def remove(
    document: Document,
    node_ids: Iterable[str],
    edges: Iterable[Edge] = (),
    scope: str = ROOT,
) -> None:
    """Remove nodes with all their wires, and other wires."""
    ids = list(dict.fromkeys(node_ids))
    gone = set(ids)
    loose = [
        edge
        for edge in edges
        if edge.source.node not in gone and edge.target.node not in gone
    ]
    edits: list[Edit] = outer_ports.pruned(document.project, scope, gone)
    edits += [Disconnect(edge, scope) for edge in loose]
    edits += removal(document.project, ids, scope)
    document.apply(edits, _removal_text(document, ids, loose, scope))


def _removal_text(
    document: Document, ids: Sequence[str], edges: Sequence[Edge], scope: str
) -> str:
    graph = document.project.scope(scope)
    if len(ids) == 1:
        return tr("Delete {title}", title=title(graph, graph.node(ids[0])))
    if ids:
        return tr("Delete {count:node|nodes}", count=len(ids))
    if len(edges) == 1:
        return tr("Disconnect {wire}", wire=_wire_text(document, edges[0], scope))
    return tr("Disconnect {count:wire|wires}", count=len(edges))


def _wire_text(document: Document, edge: Edge, scope: str) -> str:
    graph = document.project.scope(scope)
    ends = (edge.source.node, edge.target.node)
    return " → ".join(title(graph, graph.node(end)) for end in ends)


def connect(document: Document, edge: Edge, scope: str = ROOT) -> None:
    """Add a wire; the old wire of an input that takes one gives way."""
    edits = wires.connection(document.project, edge, scope)
    words = tr("Connect {wire}", wire=_wire_text(document, edge, scope))
    document.apply(edits, words)


def disconnect(document: Document, edges: Iterable[Edge], scope: str = ROOT) -> None:
    """Remove wires."""
    remove(document, (), edges, scope)


def replug(document: Document, old: Edge, new: Edge, scope: str = ROOT) -> None:
    """Put one end of a wire elsewhere, as one step; the order of wires stays."""
    if old == new:
        return
    project = document.project
    trial = project.copy()
    undo = Disconnect(old, scope).apply(trial)
    index = undo.index if isinstance(undo, Connect) else None
    wires.check(trial, new, scope)
    displaced = wires.displaced_by(trial, new, scope)
    edits: list[Edit] = [Disconnect(old, scope)]
    edits += [Disconnect(edge, scope) for edge in displaced]
    edits.append(Connect(new, scope, None if displaced else index))
    words = tr("Connect {wire}", wire=_wire_text(document, new, scope))
    document.apply(edits, words)


def move(
    document: Document,
    positions: Mapping[str, Position],
    scope: str = ROOT,
    text: str = "",
) -> None:
    """Put nodes at other places."""
    known = document.project.layout.get(scope, {})
    changed = tuple(
        (node_id, place)
        for node_id, place in positions.items()
        if known.get(node_id) != place
    )
    if not changed:
        return
    edits = [*pinned(document, scope), Move(changed, scope)]
    document.apply(edits, text or _move_text(document, [i for i, _ in changed], scope))


def _move_text(document: Document, ids: Sequence[str], scope: str) -> str:
    if len(ids) > 1:
        return tr("Move {count:node|nodes}", count=len(ids))
    graph = document.project.scope(scope)
    return tr("Move {title}", title=title(graph, graph.node(ids[0])))


def set_param(
    document: Document,
    node_ids: Sequence[str],
    name: str,
    value: Value,
    scope: str = ROOT,
) -> None:
    """Set one parameter on one or many nodes; the default is not stored."""
    set_params(document, node_ids, {name: value}, scope)


def set_params(
    document: Document,
    node_ids: Sequence[str],
    values: Mapping[str, Value],
    scope: str = ROOT,
) -> None:
    """Set parameters on one or many nodes as one step."""
    graph = document.project.scope(scope)
    edits: list[Edit] = []
    label = ""
    for node_id in node_ids:
        node = graph.node(node_id)
        for name, value in values.items():
            param = _param(graph, node, name)
            label = tr(param.label)
            edits += _setting(graph, node, param, value, scope)
    document.apply(edits, tr("Set {label}", label=label))


def reset_param(
    document: Document, node_ids: Sequence[str], name: str, scope: str = ROOT
) -> None:
    """Put one parameter of one or many nodes back to its default."""
    graph = document.project.scope(scope)
    nodes = [graph.node(node_id) for node_id in node_ids]
    edits = [
        SetParam(node.id, name, None, scope, reset=True)
        for node in nodes
        if name in node.params
    ]
    label = tr(_param(graph, nodes[0], name).label)
    document.apply(edits, tr("Set {label}", label=label))


def start_anew(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> None:
    """Let nodes forget the file that their weights start from."""
    words = tr("Start weights anew")
    _change_nodes(document, node_ids, scope, words, weights="")


def _param(graph: Graph, node: Node, name: str) -> Param:
    param = registry.get(node.type).param(name)
    if param is None:
        raise GraphError(
            tr("There is no setting “{name}”", name=name), where=title(graph, node)
        )
    return param


def _setting(
    graph: Graph, node: Node, param: Param, value: Value, scope: str
) -> list[Edit]:
    """Return the edit that sets a value, or none when the node has it already."""
    checked: Value = param.check(value, title(graph, node))
    is_default = checked == param.default and type(checked) is type(param.default)
    if is_default:
        stored = param.name in node.params
        return [SetParam(node.id, param.name, None, scope, True)] if stored else []
    same = param.name in node.params and node.params[param.name] == checked
    return [] if same else [SetParam(node.id, param.name, checked, scope)]


def rename(document: Document, node_id: str, name: str, scope: str = ROOT) -> None:
    """Give a node other words; none, or those it has anyway, are no name of its own."""
    graph = document.project.scope(scope)
    node, name = graph.node(node_id), name.strip()
    called = title(graph, node)
    plain = "" if name == kind_title(node) else name
    if name != called and plain != node.name:
        edit = ReplaceNode(replace(node, name=plain), scope)
        document.apply([edit], tr("Rename {title}", title=called))


def rename_project(document: Document, name: str) -> None:
    """Give the project another name."""
    if name != document.project.name:
        document.apply([Rename(name)], tr("Rename the project"))


def set_trainable(
    document: Document, node_ids: Sequence[str], *, value: bool, scope: str = ROOT
) -> None:
    """Freeze the weights of nodes, or let them move again."""
    words = tr("Set {label}", label=tr("Trainable"))
    _change_nodes(document, node_ids, scope, words, trainable=value)


def set_lr_factor(
    document: Document, node_ids: Sequence[str], value: float, scope: str = ROOT
) -> None:
    """Set what multiplies the learning rate of nodes."""
    words = tr("Set {label}", label=tr("Rate factor"))
    _change_nodes(document, node_ids, scope, words, lr_factor=value)


class _NodeFields(TypedDict, total=False):
    trainable: bool
    lr_factor: float
    weights: str


def _change_nodes(
    document: Document,
    node_ids: Sequence[str],
    scope: str,
    words: str,
    **fields: Unpack[_NodeFields],
) -> None:
    """Set fields of nodes as one step; those that have them already stay out."""
    graph = document.project.scope(scope)
    pairs = [(graph.node(i), replace(graph.node(i), **fields)) for i in node_ids]
    edits = [ReplaceNode(new, scope) for old, new in pairs if new != old]
    document.apply(edits, words)


def set_training(document: Document, training: Training, label: str) -> None:
    """Replace the training settings; `label` names the one that is set.

    Raises:
        ConfigError: A value is out of range.
    """
    if training != document.project.training:
        document.apply([SetTraining(training)], tr("Set {label}", label=label))


def start_from(document: Document, places: Mapping[str, str]) -> None:
    """Let the weights of nodes start from files; `places` holds one for each id."""
    graph = document.project.graph
    edits = [
        ReplaceNode(replace(graph.node(node_id), weights=place))
        for node_id, place in places.items()
    ]
    document.apply(edits, tr("Load weights"))


def mend(
    document: Document, fix: Fix, place: Callable[[Fix], Mapping[str, Position]]
) -> None:
    """Do what a problem offers.

    Args:
        document: That has the problem.
        fix: Its label is the text of the step.
        place: Returns where nodes stand then, in the scope of those that are new.
    """
    fix = replace(fix, edits=tuple(_plain(document.project, fix)))
    added = [edit for edit in fix.edits if isinstance(edit, AddNode)]
    edits = list(fix.edits)
    if added:
        scope, places = added[0].scope, place(fix)
        edits = [*pinned(document, scope), *edits]
        edits += [Move(tuple(places.items()), scope)] if places else []
    document.apply(edits, fix.label)


def _plain(project: Project, fix: Fix) -> Iterator[Edit]:
    """Yield the edits, with words made of the document as it is now."""
    for edit in fix.edits:
        if isinstance(edit, settings_text.Assign):
            yield from settings_text.edits(project, edit.words)
        else:
            yield edit


def switch(document: Document, wanted: Switch, *, on: bool) -> None:
    """Turn a switch that the document carries."""
    name = tr(wanted.title)
    text = tr("Switch {name} on", name=name)
    if not on:
        text = tr("Switch {name} off", name=name)
    document.apply(wanted.switched(document.project, on=on), text)
