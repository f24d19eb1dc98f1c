"""Short ways to write a document in a test."""

from engine.graph.model import Edge, Graph, Node, Project


def graph(nodes: dict[str, str | tuple[str, dict]], wires: str = "") -> Graph:
    """Return a graph; wires are written `a.out>b.input`, divided by blanks.

    Args:
        nodes: Id → type, or (type, params).
        wires: In order.
    """
    made = Graph()
    for node_id, what in nodes.items():
        kind, params = what if isinstance(what, tuple) else (what, {})
        made.add_node(Node(node_id, kind, params))
    for wire in wires.split():
        source, target = wire.split(">")
        made.connect(Edge.parse(source, target))
    return made


def project(nodes: dict[str, str | tuple[str, dict]], wires: str = "") -> Project:
    """Return a project with this main graph."""
    return Project(graph=graph(nodes, wires))


def chain(*types: str | tuple[str, dict], source: str = "digits") -> Project:
    """Return data → layers in a row → CrossEntropy; ids are n0, n1 …"""
    feed = "image" if source in {"digits", "mnist"} else "features"
    nodes: dict[str, str | tuple[str, dict]] = {"data": ("data", {"source": source})}
    wires, last = [], f"data.{feed}"
    for index, what in enumerate(types):
        nodes[f"n{index}"] = what
        wires.append(f"{last}>n{index}.input")
        last = f"n{index}.out"
    nodes["loss"] = "cross_entropy"
    wires += [f"{last}>loss.input", "data.label>loss.target"]
    return project(nodes, " ".join(wires))
