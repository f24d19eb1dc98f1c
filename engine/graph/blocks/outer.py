"""The ports of a block: what takes them away, with the wires and ports around it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.graph.edits import Disconnect, Edit, SetBlock, apply_all
from engine.graph.model import ROOT, Block, Endpoint, Graph, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.walks import walk


def of(node: Node) -> str:
    """Return the name of the block that a node stands for, or an empty string."""
    return str(node.params.get("of", "")) if node.type == BLOCK else ""


def instances(project: Project, name: str) -> Iterator[tuple[str, Node]]:
    """Yield scope and node of every instance of a block."""
    for scope in (ROOT, *project.blocks):
        for node in project.scope(scope).nodes.values():
            if of(node) == name:
                yield scope, node


def inside(project: Project, name: str) -> set[str]:
    """Return the names of blocks inside a block, at any depth; its own in a circle."""

    def inner(outer: str) -> list[str]:
        block = project.blocks.get(outer)
        names = map(of, block.graph.nodes.values()) if block else ()
        return [each for each in names if each]

    return set(walk(inner(name), inner))


def ends_of(block: Block) -> Iterator[Endpoint]:
    """Yield the inner ports that the block's own ports lead to."""
    for ends in block.inputs.values():
        yield from ends
    yield from block.outputs.values()


def touches(block: Block, nodes: set[str]) -> bool:
    """Return whether a port of the block leads to one of these inner nodes."""
    return any(end.node in nodes for end in ends_of(block))


def pruned(project: Project, scope: str, gone: set[str]) -> list[Edit]:
    """Return the edits that take away the ports which led to nodes about to go."""
    block = project.blocks.get(scope)
    if block is None or not touches(block, gone):
        return []
    kept = {
        name: tuple(end for end in ends if end.node not in gone)
        for name, ends in block.inputs.items()
    }
    inputs = {name: ends for name, ends in kept.items() if ends}
    outputs = {n: end for n, end in block.outputs.items() if end.node not in gone}
    return with_ports(project, scope, inputs, outputs)


def with_ports(
    project: Project,
    name: str,
    inputs: Mapping[str, tuple[Endpoint, ...]],
    outputs: Mapping[str, Endpoint],
) -> list[Edit]:
    """Return the edits that give a block these ports.

    Wires of other ports go, and so do the ports of blocks around it that led there.
    """
    edits: list[Edit] = []
    _give_ports(project.copy(), name, inputs, outputs, edits)
    return edits


def _give_ports(
    trial: Project,
    name: str,
    inputs: Mapping[str, tuple[Endpoint, ...]],
    outputs: Mapping[str, Endpoint],
    edits: list[Edit],
) -> None:
    """Do it to `trial`, from the outside inwards, and note the edits."""
    for scope, node in list(instances(trial, name)):
        if scope != ROOT:
            _take_ports(trial, scope, node.id, (inputs, outputs), edits)
        loose = _loose(trial.scope(scope), node.id, inputs, outputs, scope)
        apply_all(trial, loose)
        edits += loose
    block = replace(trial.blocks[name], inputs=dict(inputs), outputs=dict(outputs))
    edit = SetBlock(name, block)
    edit.apply(trial)
    edits.append(edit)


def _take_ports(
    trial: Project,
    scope: str,
    node_id: str,
    kept: tuple[Mapping[str, object], Mapping[str, object]],
    edits: list[Edit],
) -> None:
    """Take away a block's ports that lead to ports an inner instance loses."""
    block, (inputs, outputs) = trial.blocks[scope], kept
    enter = {
        name: tuple(e for e in ends if e.node != node_id or e.port in inputs)
        for name, ends in block.inputs.items()
    }
    enter = {n: ends for n, ends in enter.items() if ends or not block.inputs[n]}
    leave = {
        name: end
        for name, end in block.outputs.items()
        if end.node != node_id or end.port in outputs
    }
    if enter != dict(block.inputs) or leave != dict(block.outputs):
        _give_ports(trial, scope, enter, leave, edits)


def _loose(
    graph: Graph,
    node_id: str,
    inputs: Mapping[str, object],
    outputs: Mapping[str, object],
    scope: str,
) -> list[Edit]:
    into = [e for e in graph.edges_into(node_id) if e.target.port not in inputs]
    out = [e for e in graph.edges_out_of(node_id) if e.source.port not in outputs]
    return [Disconnect(edge, scope) for edge in (*into, *out)]
