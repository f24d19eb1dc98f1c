"""Whether the ports of a block lead to what is inside of it, each input once."""

from collections.abc import Iterator

from engine.graph.blocks.outer import instances
from engine.graph.checks.causes import FedTwice, LostInput, LostOutput, Told
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.graph.paths import times
from engine.graph.ports import input_port, output_port
from engine.graph.problems import Problem
from engine.graph.titles import path_title, title
from engine.i18n import tr


def port_problems(project: Project, path: str, instance: Node) -> Iterator[Told]:
    """Yield what is wrong with the ports of the block that an instance stands for.

    Args:
        project: The document; it has a definition of the block.
        path: Of the instance, for the problems.
        instance: The instance.
    """
    name = str(instance.params["of"])
    block = project.blocks[name]
    for port, end in block.outputs.items():
        if not is_output(project, name, end):
            problem = _lost_output(project, path, instance, port)
            yield problem, LostOutput(name, port)
    for port, ends in block.inputs.items():
        lost = [end for end in ends if not is_input(project, name, end)]
        if lost or not ends:
            problem = _lost_input(project, path, instance, port)
            yield problem, LostInput(name, port)
    yield from _fed_twice(project, path, name)


def is_output(project: Project, name: str, end: Endpoint) -> bool:
    """Return whether there is such an output inside of a block."""
    there = end.node in project.blocks[name].graph.nodes
    return there and output_port(project, Edge(end, end), name) is not None


def is_input(project: Project, name: str, end: Endpoint) -> bool:
    """Return whether there is such an input inside of a block."""
    there = end.node in project.blocks[name].graph.nodes
    return there and input_port(project, Edge(end, end), name) is not None


def _lost_output(project: Project, path: str, instance: Node, port: str) -> Problem:
    name = str(instance.params["of"])
    return Problem(
        path,
        tr(
            "The output “{port}” of {title} leads to nothing inside",
            port=port,
            title=path_title(project, path),
        ),
        expected=tr("an output of a layer inside"),
        got=str(project.blocks[name].outputs[port]),
        port=port,
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


def _lost_input(project: Project, path: str, instance: Node, port: str) -> Problem:
    name = str(instance.params["of"])
    ends = project.blocks[name].inputs[port]
    lost = [str(end) for end in ends if not is_input(project, name, end)]
    return Problem(
        path,
        tr(
            "The input “{port}” of {title} leads to nothing inside",
            port=port,
            title=path_title(project, path),
        ),
        expected=tr("an input of a layer inside"),
        got=", ".join(lost) or tr("none"),
        port=port,
        severity="warning",
    )


def _fed_twice(project: Project, path: str, name: str) -> Iterator[Told]:
    """Yield inner inputs that take one value, and get one from inside and outside."""
    block = project.blocks[name]
    fed = {edge.target: edge for edge in block.graph.edges}
    outer: dict[Endpoint, str] = {}
    for port, ends in block.inputs.items():
        for end in ends:
            first = outer.setdefault(end, port)
            if end not in fed and first == port:
                continue
            target = is_input(project, name, end)
            found = input_port(project, Edge(end, end), name) if target else None
            if found is None or found.variadic:
                continue
            problem = Problem(
                f"{path}.{end.node}",
                tr("Two wires end in “{port}”", port=end.port),
                expected=tr("one wire"),
                got=_both(block, fed.get(end), first, port),
                port=end.port,
            )
            yield problem, FedTwice(name, port, end)


def _both(block: Block, wire: Edge | None, first: str, port: str) -> str:
    outside = tr("the input “{port}” of the block", port=port)
    if wire is None:
        return tr(" and ").join(
            (tr("the input “{port}” of the block", port=first), outside)
        )
    source = title(block.graph, block.graph.node(wire.source.node))
    return tr(" and ").join((f"{source} · {wire.source.port}", outside))
