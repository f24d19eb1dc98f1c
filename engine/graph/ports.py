"""Which ports a node of a project has: from the catalogue, or from its block."""

from engine.graph.model import Edge, Node, Project
from engine.layers import registry
from engine.layers.spec import Port, Ports, Value

BLOCK = "block"


def params(node: Node) -> dict[str, Value]:
    """Return all parameters of a node, defaults included.

    Raises:
        UnknownLayerError: When the catalogue does not have its type.
    """
    return registry.get(node.type).complete(node.params)


def input_ports(project: Project, node: Node) -> Ports:
    """Return the inputs of a node, in order."""
    if node.type == BLOCK:
        return _block_ports(project, node, "inputs")
    return registry.get(node.type).inputs


def output_ports(project: Project, node: Node) -> Ports:
    """Return the outputs of a node, in order."""
    if node.type == BLOCK:
        return _block_ports(project, node, "outputs")
    return registry.get(node.type).output_ports(params(node))


def _block_ports(project: Project, node: Node, side: str) -> Ports:
    block = project.blocks.get(str(node.params.get("of", "")))
    if block is None:
        return ()
    return block.input_ports if side == "inputs" else block.output_ports


def input_port(project: Project, edge: Edge, scope: str = "") -> Port | None:
    """Return the port that a wire ends in, or None when there is no such port."""
    node = project.scope(scope).node(edge.target.node)
    if node.type == BLOCK:
        return _of_block(project, node, edge.target.port, "inputs")
    return _named(input_ports(project, node), edge.target.port)


def output_port(project: Project, edge: Edge, scope: str = "") -> Port | None:
    """Return the port that a wire starts from, or None when there is no such port."""
    node = project.scope(scope).node(edge.source.node)
    if node.type == BLOCK:
        return _of_block(project, node, edge.source.port, "outputs")
    return _named(output_ports(project, node), edge.source.port)


def _of_block(project: Project, node: Node, name: str, side: str) -> Port | None:
    """Return a port of an instance; blocks may have thousands."""
    block = project.blocks.get(str(node.params.get("of", "")))
    if block is None:
        return None
    names = block.inputs if side == "inputs" else block.outputs
    return Port(name, "any") if name in names else None


def _named(ports: Ports, name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def fits(source: Port, target: Port) -> bool:
    """Return whether what flows out of `source` may flow into `target`."""
    if "any" in (source.kind, target.kind):
        return True
    if source.kind == "loss":
        return target.kind in {"loss", "float"}
    return source.kind == target.kind
