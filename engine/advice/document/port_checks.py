"""Whether the ports of a block lead to what is inside of it, each input once."""

from collections.abc import Iterator
from dataclasses import replace

from engine.advice.document.connect_fixes import MAX_FIXES
from engine.advice.document.guarded import advised
from engine.graph.blocks.outer import instances, with_ports
from engine.graph.edits import Disconnect, Edit, Fix, Problem, SetBlock
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.graph.paths import times
from engine.graph.ports import input_port, output_port, output_ports, title
from engine.i18n import tr


def port_problems(project: Project, path: str, instance: Node) -> Iterator[Problem]:
    """Yield what is wrong with the ports of the block that an instance stands for.

    Args:
        project: The document; it has a definition of the block.
        path: Of the instance, for the problems.
        instance: The instance.
    """
    name = str(instance.params["of"])
    block = project.blocks[name]
    for port, end in block.outputs.items():
        if not _is_output(project, name, end):
            yield _lost_output(project, path, instance, port)
    for port, ends in block.inputs.items():
        lost = [end for end in ends if not _is_input(project, name, end)]
        if lost or not ends:
            yield _lost_input(project, path, instance, port)
    yield from _fed_twice(project, path, name)


def _is_output(project: Project, name: str, end: Endpoint) -> bool:
    there = end.node in project.blocks[name].graph.nodes
    return there and output_port(project, Edge(end, end), name) is not None


def _is_input(project: Project, name: str, end: Endpoint) -> bool:
    there = end.node in project.blocks[name].graph.nodes
    return there and input_port(project, Edge(end, end), name) is not None


def _lost_output(project: Project, path: str, instance: Node, port: str) -> Problem:
    name = str(instance.params["of"])
    return Problem(
        path,
        tr(
            "The output “{port}” of {title} leads to nothing inside",
            port=port,
            title=title(instance),
        ),
        expected=tr("an output of a layer inside"),
        got=str(project.blocks[name].outputs[port]),
        port=port,
        fixes=advised(_other_outputs, project, name, port),
        severity="error" if _is_used(project, name, port) else "warning",
    )


def _is_used(project: Project, name: str, port: str) -> bool:
    """Return whether anything takes what an output of a block should show."""
    for scope, node in instances(project, name):
        around = project.blocks.get(scope)
        wires = project.scope(scope).edges_out_of(node.id)
        shown = around.outputs.values() if around else ()
        here = Endpoint(node.id, port)
        if here in shown or any(e.source == here for e in wires) or times(node) > 1:
            return True
    return False


def _other_outputs(project: Project, name: str, port: str) -> Iterator[Fix]:
    """Yield what could be shown instead: loose ends inside; then no such output."""
    block = project.blocks[name]
    loose = [end for end in _loose(project, block) if _is_output(project, name, end)]
    for end in loose[: MAX_FIXES - 1]:
        words = tr(
            "Show {title} · {port}",
            title=title(block.graph.node(end.node)),
            port=end.port,
        )
        outputs = {**block.outputs, port: end}
        yield Fix(words, (SetBlock(name, replace(block, outputs=outputs)),))
    rest = {n: end for n, end in block.outputs.items() if n != port}
    words = tr("Remove the output “{port}”", port=port)
    yield Fix(words, tuple(with_ports(project, name, block.inputs, rest)))


def _loose(project: Project, block: Block) -> Iterator[Endpoint]:
    """Yield inner outputs that nothing inside reads and no port shows, last first."""
    shown = set(block.outputs.values())
    for node in reversed(list(block.graph.nodes.values())):
        read = {edge.source for edge in block.graph.edges_out_of(node.id)} | shown
        for port in output_ports(project, node):
            if (end := Endpoint(node.id, port.name)) not in read:
                yield end


def _lost_input(project: Project, path: str, instance: Node, port: str) -> Problem:
    name = str(instance.params["of"])
    ends = project.blocks[name].inputs[port]
    lost = [str(end) for end in ends if not _is_input(project, name, end)]
    return Problem(
        path,
        tr(
            "The input “{port}” of {title} leads to nothing inside",
            port=port,
            title=title(instance),
        ),
        expected=tr("an input of a layer inside"),
        got=", ".join(lost) or tr("none"),
        port=port,
        fixes=advised(_kept_ends, project, name, port),
        severity="warning",
    )


def _kept_ends(project: Project, name: str, port: str) -> Iterator[Fix]:
    """Yield the fix that takes away what leads to nothing."""
    block = project.blocks[name]
    ends = block.inputs[port]
    kept = tuple(end for end in ends if _is_input(project, name, end))
    yield Fix(
        tr("Remove the input “{port}”", port=port)
        if not kept
        else tr("Keep only {ends}", ends=", ".join(map(str, kept))),
        tuple(_with_input(project, name, port, kept)),
    )


def _with_input(
    project: Project, name: str, port: str, ends: tuple[Endpoint, ...]
) -> Iterator[Edit]:
    """Yield the edits that let an input lead there; without any it goes."""
    block = project.blocks[name]
    if ends:
        inputs = {**block.inputs, port: ends}
        yield SetBlock(name, replace(block, inputs=inputs))
        return
    rest = {n: found for n, found in block.inputs.items() if n != port}
    yield from with_ports(project, name, rest, block.outputs)


def _fed_twice(project: Project, path: str, name: str) -> Iterator[Problem]:
    """Yield inner inputs that take one value, and get one from inside and outside."""
    block = project.blocks[name]
    fed = {edge.target: edge for edge in block.graph.edges}
    outer: dict[Endpoint, str] = {}
    for port, ends in block.inputs.items():
        for end in ends:
            first = outer.setdefault(end, port)
            if end not in fed and first == port:
                continue
            target = _is_input(project, name, end)
            found = input_port(project, Edge(end, end), name) if target else None
            if found is None or found.variadic:
                continue
            yield Problem(
                f"{path}.{end.node}",
                tr("Two wires end in “{port}”", port=end.port),
                expected=tr("one wire"),
                got=_both(block, fed.get(end), first, port),
                port=end.port,
                fixes=advised(_only_one, project, name, port, end),
            )


def _both(block: Block, wire: Edge | None, first: str, port: str) -> str:
    outside = tr("the input “{port}” of the block", port=port)
    if wire is None:
        return tr(" and ").join(
            (tr("the input “{port}” of the block", port=first), outside)
        )
    source = title(block.graph.node(wire.source.node))
    return tr(" and ").join((f"{source} · {wire.source.port}", outside))


def _only_one(project: Project, name: str, port: str, end: Endpoint) -> Iterator[Fix]:
    """Yield the fixes that keep one of two; that of the wire first."""
    block = project.blocks[name]
    ends = tuple(other for other in block.inputs[port] if other != end)
    words = tr("Don't lead “{port}” there", port=port)
    yield Fix(words, tuple(_with_input(project, name, port, ends)))
    for edge in block.graph.edges_into(end.node):
        if edge.target == end:
            yield Fix(tr("Remove the wire"), (Disconnect(edge, name),))
