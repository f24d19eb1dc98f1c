"""What can be done about ports of a block that lead nowhere or are fed twice."""

from collections.abc import Iterator
from dataclasses import replace

from engine.advice.document.connect_fixes import MAX_FIXES
from engine.graph.blocks.outer import with_ports
from engine.graph.checks.block_ports import is_input, is_output
from engine.graph.checks.causes import FedTwice, LostInput, LostOutput
from engine.graph.edits import Disconnect, Edit, SetBlock
from engine.graph.model import Block, Endpoint, Project
from engine.graph.ports import output_ports
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr


def other_outputs(project: Project, cause: LostOutput) -> Iterator[Fix]:
    """Yield what could be shown instead: loose ends inside; then no such output."""
    name, port = cause.block, cause.port
    block = project.blocks[name]
    loose = [end for end in _loose(project, block) if is_output(project, name, end)]
    for end in loose[: MAX_FIXES - 1]:
        words = tr(
            "Show {title} · {port}",
            title=title(block.graph, block.graph.node(end.node)),
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


def kept_ends(project: Project, cause: LostInput) -> Iterator[Fix]:
    """Yield the fix that takes away what leads to nothing."""
    name, port = cause.block, cause.port
    ends = project.blocks[name].inputs[port]
    kept = tuple(end for end in ends if is_input(project, name, end))
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


def only_one_end(project: Project, cause: FedTwice) -> Iterator[Fix]:
    """Yield the fixes that keep one of two; that of the wire first."""
    name, port, end = cause.block, cause.port, cause.end
    block = project.blocks[name]
    ends = tuple(other for other in block.inputs[port] if other != end)
    words = tr("Don't lead “{port}” there", port=port)
    yield Fix(words, tuple(_with_input(project, name, port, ends)))
    for edge in block.graph.edges_into(end.node):
        if edge.target == end:
            yield Fix(tr("Remove the wire"), (Disconnect(edge, name),))
