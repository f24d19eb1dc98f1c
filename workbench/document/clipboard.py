"""Copy, paste and duplicate: a piece of a graph travels as the text of a document."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QGuiApplication

from engine.errors import DocumentError
from engine.graph.blocks.outer import inside
from engine.graph.edits import AddNode, Connect, Edit, Move, SetBlock
from engine.graph.files import serialize
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
from engine.graph.titles import title
from engine.i18n import tr
from workbench.document import blocks
from workbench.document.actions import pinned
from workbench.document.document import Document
from workbench.document.outer_ports import identifier, of

SHIFT_PX = 30.0


def excerpt(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> str:
    """Return nodes, the wires between them and the blocks they need, as text."""
    project, chosen = document.project, set(node_ids)
    graph = project.scope(scope)
    part = Project(name=tr("Clipboard"))
    shown = document.unplaced(scope)
    for node in graph.nodes.values():
        if node.id in chosen:
            part.graph.add_node(node)
    part.graph.connect_all(
        edge
        for edge in graph.edges
        if edge.source.node in chosen and edge.target.node in chosen
    )
    part.blocks = _blocks_of(project, part)
    places = {i: project.position(scope, i) or shown.get(i) for i in part.graph.nodes}
    part.layout[ROOT] = {i: place for i, place in places.items() if place}
    for name in part.blocks:
        if project.layout.get(name):
            part.layout[name] = project.layout[name]
    return serialize.dumps(part)


def _blocks_of(project: Project, part: Project) -> dict[str, Block]:
    """Return the definitions that the nodes of `part` stand for, inner ones too."""
    direct = [name for name in map(of, part.graph.nodes.values()) if name]
    inner = (n for name in direct for n in sorted(inside(project, name)))
    names = dict.fromkeys((*direct, *inner))
    return {name: project.blocks[name] for name in names if name in project.blocks}


def copy(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> None:
    """Put nodes onto the clipboard, as plain text that is itself a document.

    A QMimeData made here would be destroyed by Qt after the interpreter has ended
    where Qt keeps the clipboard itself, and crash; text is kept by Qt alone.
    """
    if node_ids:
        QGuiApplication.clipboard().setText(excerpt(document, node_ids, scope))


def clipboard_text() -> str:
    """Return what the clipboard holds for us, or an empty string."""
    text = QGuiApplication.clipboard().text()
    return text if text.lstrip().startswith("{") else ""


def paste(
    document: Document,
    text: str,
    at: Position | None = None,
    scope: str = ROOT,
    words: str = "",
    more: Sequence[Edit] = (),
) -> list[str]:
    """Add what `text` holds and return the ids of the new nodes.

    Args:
        document: Where to.
        text: As `excerpt` returns it, or any document.
        at: Place of the top left corner; None shifts a little from the old places.
        scope: Block that is open, or the main graph.
        words: For the Edit menu.
        more: What else happens in the same step.

    Raises:
        DocumentError: The text is not a document.
    """
    if not text:
        raise DocumentError(tr("There are no nodes on the clipboard"))
    part = serialize.loads(text, tr("Clipboard"))
    names = _new_names(document.project, part, scope)
    copies = _block_names(document.project, part)
    for name, new in copies.items():
        if name == new:
            blocks.check_no_circle(document.project, name, scope)
    edits = [*pinned(document, scope), *_new_blocks(document.project, part, copies)]
    edits += [AddNode(_standing_for(n, copies), scope) for n in _renamed(part, names)]
    edits.append(Move(_new_places(part, names, at), scope))
    edits += [Connect(edge, scope) for edge in _new_wires(part, names)]
    if names:
        document.apply(
            [*edits, *more],
            words or _words(tr("Paste"), part.graph, [*part.graph.nodes.values()]),
        )
    return list(names.values())


def duplicate(
    document: Document, node_ids: Sequence[str], scope: str = ROOT
) -> list[str]:
    """Add copies of nodes beside them and return the ids of the new ones."""
    if not node_ids:
        return []
    graph = document.project.scope(scope)
    words = _words(tr("Duplicate"), graph, [graph.node(i) for i in node_ids])
    return paste(document, excerpt(document, node_ids, scope), scope=scope, words=words)


def _words(verb: str, graph: Graph, nodes: Sequence[Node]) -> str:
    """Return words for the Edit menu."""
    several = tr("{count:node|nodes}", count=len(nodes))
    what = title(graph, nodes[0]) if len(nodes) == 1 else several
    return tr("{verb} {what}", verb=verb, what=what)


def _new_names(project: Project, part: Project, scope: str) -> dict[str, str]:
    """Return old id → an id that is free, without numbers piling up."""
    trial = project.scope(scope).copy()
    names = {}
    for node in part.graph.nodes.values():
        stem, _, number = node.id.rpartition("_")
        new = trial.free_id(stem if stem and number.isdigit() else node.id)
        trial.add_node(replace(node, id=new))
        names[node.id] = new
    return names


def _renamed(part: Project, names: dict[str, str]) -> list[Node]:
    return [replace(node, id=names[node.id]) for node in part.graph.nodes.values()]


def _new_wires(part: Project, names: dict[str, str]) -> list[Edge]:
    return [
        Edge(
            Endpoint(names[edge.source.node], edge.source.port),
            Endpoint(names[edge.target.node], edge.target.port),
        )
        for edge in part.graph.edges
    ]


def _block_names(project: Project, part: Project) -> dict[str, str]:
    """Return name in `part` → name here; the same where both mean the same."""
    names: dict[str, str] = {}
    for name, block in part.blocks.items():
        same = name in project.blocks and _equal(project.blocks[name], block)
        taken = {**project.blocks, **dict.fromkeys(names.values())}
        names[name] = name if same else identifier(name, taken)
    return names


def _equal(one: Block, other: Block) -> bool:
    return (
        dict(one.graph.nodes) == dict(other.graph.nodes)
        and one.graph.edges == other.graph.edges
        and dict(one.inputs) == dict(other.inputs)
        and dict(one.outputs) == dict(other.outputs)
    )


def _standing_for(node: Node, names: dict[str, str]) -> Node:
    """Return an instance with the name that its block has here."""
    name = of(node)
    return node.with_param("of", names[name]) if name in names else node


def _new_blocks(project: Project, part: Project, names: dict[str, str]) -> list[Edit]:
    """Return edits for definitions that the project lacks; its own ones stay."""
    edits: list[Edit] = []
    for name, block in part.blocks.items():
        new = names[name]
        if new in project.blocks:
            continue
        graph = block.graph.copy()
        for node in block.graph.nodes.values():
            graph.replace_node(_standing_for(node, names))
        edits.append(SetBlock(new, replace(block, graph=graph)))
        if part.layout.get(name):
            edits.append(Move(tuple(part.layout[name].items()), new))
    return edits


def _new_places(
    part: Project, names: dict[str, str], at: Position | None
) -> tuple[tuple[str, Position | None], ...]:
    places = part.layout.get(ROOT, {})
    left = min((x for x, _ in places.values()), default=0.0)
    top = min((y for _, y in places.values()), default=0.0)
    dx, dy = (at[0] - left, at[1] - top) if at else (SHIFT_PX, SHIFT_PX)
    return tuple((names[i], (x + dx, y + dy)) for i, (x, y) in places.items())
