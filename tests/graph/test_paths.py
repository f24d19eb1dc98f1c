"""Paths of nodes inside blocks."""

import pytest

from engine.advice.document.validate import validate
from engine.graph import paths
from engine.graph.model import Block, Graph, Node, Project
from engine.graph.settings import Phase, Training


def nested() -> Project:
    """Return `stack` × 3 of a block with `fc` and `pair` × 2 of a block with `norm`."""
    project = Project()
    project.graph.add_node(Node("stack", "block", {"of": "layer", "repeat": 3}))
    project.graph.add_node(Node("head", "linear"))
    layer, pair = Graph(), Graph()
    layer.add_node(Node("fc", "linear"))
    layer.add_node(Node("pair", "block", {"of": "pair", "repeat": 2}))
    pair.add_node(Node("norm", "layer_norm"))
    project.blocks = {"layer": Block(layer, {}, {}), "pair": Block(pair, {}, {})}
    return project


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("head", "head", True),
        ("head", "header", False),
        ("stack", "stack.1.fc", True),
        ("stack.fc", "stack.1.fc", True),
        ("stack.1.fc", "stack.1.fc", True),
        ("stack.1", "stack.1.pair.0.norm", True),
        ("stack.1", "stack.2.pair.1.norm", False),
        ("stack.pair.1", "stack.2.pair.1.norm", True),
        ("stack.pair.norm", "stack.2.pair.1.norm", True),
        ("stack.2.pair.norm", "stack.2.pair.1.norm", True),
        ("stack.fc", "stack.1.pair.0.norm", False),
        ("stack.1.fc", "stack", False),
    ],
)
def test_covers(name: str, path: str, *, expected: bool) -> None:
    assert paths.Cover(("nothing", name)).of(path) == ([1] if expected else [])


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("head", "head"),
        ("stack", "stack"),
        ("stack.fc", "fc"),
        ("stack.2", "stack"),
        ("stack.2.pair.1.norm", "norm"),
        ("stack.pair.norm", "norm"),
        ("stack.3", None),
        ("stack.01", None),
        ("head.0", None),
        ("head.fc", None),
        ("nowhere", None),
        ("stack.nowhere", None),
        ("stack..fc", None),
        ("", None),
        ("0", None),
    ],
)
def test_find_leads_to_the_node_or_nowhere(name: str, node: str | None) -> None:
    found = paths.find(nested(), name)
    assert (found.id if found else None) == node


def test_walk_goes_through_blocks_and_ends_in_a_circle() -> None:
    project = nested()
    inside = ["stack.fc", "stack.pair", "stack.pair.norm"]
    assert list(paths.walk(project)) == ["stack", *inside, "head"]
    again = Node("again", "block", {"of": "layer"})
    project.blocks["pair"].graph.add_node(again)
    assert len(list(paths.walk(project))) == 6


def test_path_to_nowhere_is_a_problem() -> None:
    project = nested()
    phase = Phase(update=("stack.fc", "stack.4.fc", "stack.gone"))
    project.training = Training(phases=(phase,))
    told = [p.got for p in validate(project) if "phase" in p.text]
    assert told == ["stack.4.fc", "stack.gone"]
