"""What a place in a document is called, and wires that are offered to it."""

from engine.advice.document.connect_fixes import connections
from engine.graph.model import Block, Endpoint, Graph, Node, Project
from engine.graph.titles import path_title
from engine.layers import registry


def of(*nodes: Node) -> Graph:
    graph = Graph()
    for node in nodes:
        graph.add_node(node)
    return graph


def test_a_place_in_a_block_is_named_with_the_block():
    inside = Block(of(Node("drop", "dropout")), {}, {})
    project = Project(blocks={"encoder": inside})
    project.graph.add_node(Node("b", "block", {"of": "encoder"}))
    assert path_title(project, "b.drop") == "encoder · Dropout"
    assert path_title(project, "b.1.drop") == "encoder 2 · Dropout"
    assert path_title(project, "b") == "encoder"
    assert path_title(project, "gone") == "gone"


def test_wires_from_layers_that_are_called_alike_are_told_apart():
    nodes = (Node("first", "linear"), Node("second", "linear"), Node("act", "tanh"))
    project = Project(graph=of(Node("x", "data"), *nodes, Node("end", "relu")))
    port = registry.get("relu").inputs[0]
    offers = connections(project, "", Endpoint("end", port.name), port)
    labels = [fix.label for fix in offers]
    assert len(set(labels)) == len(labels)
    assert {"Connect Linear 1 · out", "Connect Linear 2 · out"} <= set(labels)
    assert "Connect Tanh · out" in labels
