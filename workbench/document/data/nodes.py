"""Sources of data in a document: added, with a network or without, and changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from engine.advice.document.starter import Starter, starter
from engine.errors import EngineError
from engine.graph import weights
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    Rename,
    ReplaceNode,
    SetTraining,
)
from engine.graph.model import Edge, Endpoint, Node, Position, Project
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATA, spec_of
from engine.layers.datasets.own import is_own
from engine.layers.spec import Params, Value
from workbench.document.actions import pinned
from workbench.document.document import Document

Places = Callable[[Project], Mapping[str, Position]]


def portable(document: Document, path: Path) -> str:
    """Return a path as a document says it: from its folder, where it lies below."""
    if document.path and path.is_relative_to(document.path.parent):
        return path.relative_to(document.path.parent).as_posix()
    return str(path)


def whole(document: Document, words: str) -> str:
    """Return where a path of a document leads."""
    folder = str(document.path.parent) if document.path else ""
    return weights.whole(words, folder)


def add_with_network(document: Document, starter: Starter, places: Places) -> str:
    """Add a data node and the network that is proposed for it, as one undo step.

    Args:
        document: That gets them.
        starter: What is proposed.
        places: Returns where nodes stand, of the project with them.

    Returns:
        Id of the data node.
    """
    added = [edit.node for edit in starter.edits if isinstance(edit, AddNode)]
    trial = document.project.copy()
    for edit in starter.edits:
        edit.apply(trial)
    spots = places(trial)
    new = tuple((n.id, spots[n.id]) for n in added if n.id in spots)
    name = tr(spec_of(added[0].params).title)
    edits: list[Edit] = [*pinned(document), *starter.edits, Move(new)]
    if not document.project.graph.nodes and document.path is None:
        edits.append(Rename(_stem(name)))
    document.apply(edits, tr("Add {title} and a network", title=name))
    return added[0].id


def propose(document: Document, node_id: str, places: Places) -> bool:
    """Add the network that fits a data node, behind it; return whether there is one."""
    project = document.project
    old = project.graph.node(node_id)
    found = starter(old.params, project)
    if found is None:
        return False
    first = found.edits[0]
    assert isinstance(first, AddNode)
    new, is_alone = first.node, len(data_nodes(project)) == len(project.graph.nodes)
    edits: list[Edit] = [ReplaceNode(replace(old, params=new.params))]
    edits += [_at(edit, new.id, node_id) for edit in found.edits[1:]]
    if not is_alone:
        edits = [edit for edit in edits if not isinstance(edit, SetTraining)]
    trial = project.copy()
    for edit in edits:
        edit.apply(trial)
    spots = places(trial)
    moved = (
        spots
        if is_alone
        else {n: spot for n, spot in spots.items() if n not in project.graph.nodes}
    )
    edits += [Move(tuple(moved.items()))]
    document.apply([*pinned(document), *edits], tr("Propose a network"))
    return True


def _at(edit: Edit, old: str, new: str) -> Edit:
    """Return a wire out of another node; other edits as they are."""
    if isinstance(edit, Connect) and edit.edge.source.node == old:
        source = Endpoint(new, edit.edge.source.port)
        return replace(edit, edge=Edge(source, edit.edge.target))
    return edit


def _stem(name: str) -> str:
    stem = name.rpartition(".")[0] or name
    return stem.replace("_", " ").strip()[:60] or name


def add(document: Document, params: Params, position: Position) -> str:
    """Add a data node alone; return its id."""
    graph = document.project.graph
    node = Node(graph.free_id(DATA.id), DATA.id, dict(params))
    name = tr(spec_of(params).title)
    edits = [*pinned(document), AddNode(node), Move(((node.id, position),))]
    document.apply(edits, tr("Add {title}", title=name))
    return node.id


def put(
    document: Document, node_id: str, params: Mapping[str, Value], words: str
) -> None:
    """Change parameters of a data node as one undo step; None takes one away.

    Args:
        document: With the node.
        node_id: In the main graph.
        params: That change.
        words: Of the step.
    """
    node = document.project.graph.node(node_id)
    made = {**node.params, **params}
    known = {param.name: param for param in DATA.params}
    checked = {
        name: known[name].check(value) if name in known else value
        for name, value in made.items()
        if value is not None
    }
    if checked != node.params:
        document.apply(_changed(document.project, node, checked), words)


def alike(project: Project, params: Params) -> str:
    """Return the id of the one data node that brings the same; empty for none.

    It has the same ports of the same shapes, columns and classes, so that another file
    in its place leaves the network as it is; or no file was chosen for it yet.
    """
    for node in data_nodes(project):
        if is_own(node.params) and not node.params.get("path"):
            return node.id
    wanted = _shapes(params)
    found = [node.id for node in data_nodes(project) if _shapes(node.params) == wanted]
    return found[0] if wanted and len(found) == 1 else ""


def _shapes(params: Params) -> list[tuple[object, ...]]:
    try:
        ports = spec_of(params).ports(params)
    except EngineError:
        return []
    return [(p.port.name, p.shape, p.columns, p.classes) for p in ports]


def replace_source(document: Document, node_id: str, params: Params) -> None:
    """Let a data node bring something else; how it is split stays."""
    old = document.project.graph.node(node_id)
    kept = {n: v for n, v in old.params.items() if n in {"validation", "split_seed"}}
    edits = _changed(document.project, old, {**params, **kept})
    title = tr(spec_of(params).title)
    document.apply(edits, tr("Read {title}", title=title))


def _changed(project: Project, node: Node, params: Params) -> list[Edit]:
    """Return the edits that give a data node other parameters; its wires follow.

    A wire whose port is gone goes to the port that now does the same: the first of the
    inputs, or of what is to be predicted; where there is none it goes, too.
    """
    new = replace(node, params=dict(params))
    before, after = _ports(node.params), _ports(new.params)
    kept = set(after[0] + after[1])
    loose = [e for e in project.graph.edges_out_of(node.id)
             if e.source.port not in kept]  # fmt: skip
    edits: list[Edit] = [Disconnect(edge) for edge in loose]
    edits.append(ReplaceNode(new))
    for edge in loose:
        same = after[edge.source.port in before[1]]
        if same:
            edits.append(Connect(Edge(Endpoint(node.id, same[0]), edge.target)))
    return edits


def _ports(params: Params) -> tuple[list[str], list[str]]:
    """Return the names of the ports to read, and of those to predict."""
    try:
        ports = spec_of(params).ports(params)
    except EngineError:
        return [], []
    read = [port.port.name for port in ports if not port.is_target]
    return read, [port.port.name for port in ports if port.is_target]


def data_nodes(project: Project) -> list[Node]:
    """Return the data nodes of the main graph."""
    return [node for node in project.graph.nodes.values() if node.type == DATA.id]


def home(document: Document) -> str:
    """Return the folder in which own data lies, as more of it may; empty for none."""
    for node in data_nodes(document.project):
        if words := weights.own_path(node):
            return str(Path(whole(document, words)).parent)
    return ""
