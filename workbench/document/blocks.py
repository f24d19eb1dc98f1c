"""Blocks: group, unpack, rename, copy, open in place, and their outer ports."""

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import GraphError
from engine.graph.blocks import grouping, ungrouping
from engine.graph.blocks.outer import inside
from engine.graph.edits import (
    AddNode,
    Edit,
    Move,
    SetBlock,
    SetParam,
    apply_all,
)
from engine.graph.model import (
    ROOT,
    Endpoint,
    Node,
    Position,
    Project,
)
from engine.graph.ports import BLOCK
from engine.i18n import tr
from workbench.document import notes
from workbench.document.actions import pinned
from workbench.document.document import Document
from workbench.document.outer_ports import (
    identifier,
    instances,
    of,
    touches,
)


def suggestion(document: Document) -> str:
    """Return a name for the next block."""
    return identifier("block", document.project.blocks)


def group(
    document: Document, node_ids: Sequence[str], words: str, scope: str = ROOT
) -> str:
    """Turn nodes into an instance of a new block and return its id.

    Raises:
        GraphError: They can't be a block; says why.
    """
    pins = pinned(document, scope)
    trial = _with(document.project, pins)
    name = identifier(words, trial.blocks)
    edits = grouping.group(trial, node_ids, name, scope)
    instance = next(
        e.node.id for e in edits if isinstance(e, AddNode) and of(e.node) == name
    )
    edits = _with_border(trial, scope, set(node_ids), instance, edits)
    document.apply([*pins, *edits], tr("Group {name}", name=name))
    return instance


def _with(project: Project, edits: Sequence[Edit]) -> Project:
    trial = project.copy()
    apply_all(trial, edits)
    return trial


def _with_border(
    project: Project,
    scope: str,
    gone: set[str],
    instance: str,
    edits: Sequence[Edit],
) -> list[Edit]:
    """Return the edits, with ports for those of the block around that led there."""
    block = project.blocks.get(scope)
    if block is None or not touches(block, gone):
        return list(edits)
    first, *rest = edits
    if not isinstance(first, SetBlock) or first.block is None:
        return list(edits)
    inputs, outputs = dict(first.block.inputs), dict(first.block.outputs)
    around_in = {
        name: tuple(
            dict.fromkeys(_entered(e, gone, instance, name, inputs) for e in ends)
        )
        for name, ends in block.inputs.items()
    }
    around_out = {
        name: _left(end, gone, instance, name, outputs)
        for name, end in block.outputs.items()
    }
    inner = replace(first.block, inputs=inputs, outputs=outputs)
    around = replace(block, inputs=around_in, outputs=around_out)
    return [SetBlock(scope, around), SetBlock(first.name, inner), *rest]


def _entered(
    end: Endpoint,
    gone: set[str],
    instance: str,
    name: str,
    inputs: dict[str, tuple[Endpoint, ...]],
) -> Endpoint:
    """Return what a port of the surrounding block leads to now."""
    if end.node not in gone:
        return end
    port = next((n for n, ends in inputs.items() if ends and end in ends), "")
    if not port:
        port = identifier(name, inputs)
        inputs[port] = (end,)
    return Endpoint(instance, port)


def _left(
    end: Endpoint,
    gone: set[str],
    instance: str,
    name: str,
    outputs: dict[str, Endpoint],
) -> Endpoint:
    if end.node not in gone:
        return end
    port = next((n for n, inner in outputs.items() if inner == end), "")
    if not port:
        port = identifier(name, outputs)
        outputs[port] = end
    return Endpoint(instance, port)


def unpack(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> list[str]:
    """Put the insides of instances in their places; return the ids of the new nodes.

    Raises:
        GraphError: None of them is a block.
    """
    pins = pinned(document, scope)
    trial, edits = _with(document.project, pins), list(pins)
    before = set(trial.scope(scope).nodes)
    chosen = [i for i in node_ids if trial.scope(scope).node(i).type == BLOCK]
    if not chosen:
        raise GraphError(tr("Only a block can be unpacked"))
    words = of(trial.scope(scope).node(chosen[0]))
    for node_id in chosen:
        step = [
            _centred(trial, node_id, scope, edit)
            for edit in ungrouping.unpack(trial, node_id, scope).edits
        ]
        step = [*_led_inside(trial, node_id, scope), *step]
        apply_all(trial, step)
        edits += step
    document.apply(edits, tr("Unpack {name}", name=words))
    return [i for i in trial.scope(scope).nodes if i not in before]


def _led_inside(project: Project, node_id: str, scope: str) -> list[Edit]:
    """Lead ports of the surrounding block to what was inside an instance."""
    block = project.blocks.get(scope)
    if block is None or not touches(block, {node_id}):
        return []
    inner = project.blocks[of(block.graph.node(node_id))]
    names = ungrouping.unpack(project, node_id, scope).names
    told = block.graph.node(node_id).params.get("repeat", 1)
    repeat = told if isinstance(told, int) else 1
    first = f"{node_id}.0." if repeat > 1 else f"{node_id}."
    last = f"{node_id}.{repeat - 1}." if repeat > 1 else first

    def lead(end: Endpoint) -> tuple[Endpoint, ...]:
        if end.node != node_id:
            return (end,)
        ends = inner.inputs.get(end.port, ())
        return tuple(Endpoint(names[first + e.node], e.port) for e in ends)

    def leave(end: Endpoint) -> Endpoint | None:
        if end.node != node_id:
            return end
        shown = inner.outputs.get(end.port)
        return Endpoint(names[last + shown.node], shown.port) if shown else None

    inputs = {
        n: tuple(x for e in ends for x in lead(e)) for n, ends in block.inputs.items()
    }
    outputs = {
        n: found
        for n, end in block.outputs.items()
        if (found := leave(end)) is not None
    }
    return [SetBlock(scope, replace(block, inputs=inputs, outputs=outputs))]


def _centred(project: Project, node_id: str, scope: str, edit: Edit) -> Edit:
    """Return a move so that the nodes stand around their block: what grouping undid."""
    node = project.scope(scope).node(node_id)
    places = project.layout.get(of(node), {}).values()
    if not isinstance(edit, Move) or edit.scope != scope or not places:
        return edit
    across = sum(x for x, _ in places) / len(places)
    down = sum(y for _, y in places) / len(places)
    moved = tuple(
        (i, (place[0] - across, place[1] - down) if place else None)
        for i, place in edit.positions
    )
    return Move(moved, scope)


def rename(document: Document, name: str, words: str) -> str:
    """Give a block another name, with all its instances; return the name it has now."""
    project = document.project
    if identifier(words) == name or name not in project.blocks:
        return name
    new = identifier(words, project.blocks)
    edits: list[Edit] = [SetBlock(new, project.blocks[name])]
    edits += [
        SetParam(node.id, "of", new, scope) for scope, node in instances(project, name)
    ]
    places = project.layout.get(name, {})
    if places:
        edits.append(Move(tuple(places.items()), new))
        edits.append(Move(tuple((i, None) for i in places), name))
    edits += [*notes.renamed_scope(project, name, new), SetBlock(name, None)]
    document.apply(edits, tr("Rename block to {name}", name=new))
    return new


def copy_independent(
    document: Document, node_id: str, at: Position, scope: str = ROOT
) -> str:
    """Add a copy of an instance with a definition of its own; return its id."""
    project = document.project
    graph = project.scope(scope)
    node = graph.node(node_id)
    old = of(node)
    if old not in project.blocks:
        raise GraphError(tr("Only a block can be copied so"))
    new = identifier(old, project.blocks)
    params = {k: v for k, v in node.params.items() if k != "share"}
    twin = replace(node, id=graph.free_id(new), params={**params, "of": new})
    edits: list[Edit] = [*pinned(document, scope), SetBlock(new, project.blocks[old])]
    places = project.layout.get(old, {})
    if places:
        edits.append(Move(tuple(places.items()), new))
    edits += [AddNode(twin, scope), Move(((twin.id, at),), scope)]
    document.apply(edits, tr("Copy {name} as {new}", name=old, new=new))
    return twin.id


def add_instance(document: Document, name: str, at: Position, scope: str = ROOT) -> str:
    """Add one more instance of a block; return its id.

    Raises:
        GraphError: The block would stand inside itself.
    """
    check_no_circle(document.project, name, scope)
    graph = document.project.scope(scope)
    node = Node(graph.free_id(name), BLOCK, {"of": name})
    edits = [*pinned(document, scope), AddNode(node, scope)]
    document.apply(
        [*edits, Move(((node.id, at),), scope)], tr("Add {title}", title=name)
    )
    return node.id


def check_no_circle(project: Project, name: str, scope: str) -> None:
    """Raise GraphError when a block would contain itself."""
    if scope != ROOT and scope in {name, *inside(project, name)}:
        raise GraphError(
            tr("A block can't stand inside itself"),
            where=name,
            fix=tr("Copy it as independent, or use Repeat."),
        )
