"""Each layer has one name, the same wherever people read of it."""

from collections import Counter

import pytest

import presets
from engine.compile.flatten import Flattener
from engine.graph.edits import AddNode, RemoveNode
from engine.graph.model import Graph, Node, Project
from engine.graph.titles import full_title, path_title, title, titles
from engine.layers import registry


def graph_of(*nodes: Node) -> Graph:
    graph = Graph()
    for node in nodes:
        graph.add_node(node)
    return graph


def bare_name(node: Node) -> str:
    return node.name or str(node.params.get("of") or registry.get(node.type).title)


def test_kinds_that_repeat_are_numbered_in_the_order_of_the_document():
    graph = graph_of(
        Node("a", "conv2d"),
        Node("r", "relu"),
        Node("b", "conv2d"),
        Node("c", "conv2d", name="Last"),
    )
    assert dict(titles(graph)) == {
        "a": "Conv2d 1",
        "r": "ReLU",
        "b": "Conv2d 2",
        "c": "Last",
    }


def test_equal_names_are_numbered_and_a_name_that_somebody_has_is_left_out():
    graph = graph_of(
        Node("a", "linear"),
        Node("b", "linear", name="Linear 1"),
        Node("c", "linear"),
        Node("d", "conv2d", name="Stem"),
        Node("e", "linear", name="Stem"),
    )
    assert list(titles(graph).values()) == [
        "Linear 2",
        "Linear 1",
        "Linear 3",
        "Stem 1",
        "Stem 2",
    ]


def test_adding_renumbers_nobody_and_undoing_a_deletion_brings_numbers_back():
    project = Project(graph=graph_of(Node("a", "relu"), Node("b", "relu")))
    graph = project.graph
    before = dict(titles(graph))
    AddNode(Node("new", "relu")).apply(project)
    assert {k: titles(graph)[k] for k in before} == before
    assert titles(graph)["new"] == "ReLU 3"
    (undo,) = [RemoveNode("a").apply(project)]
    assert title(graph, graph.node("b")) == "ReLU 1"
    undo.apply(project)
    assert dict(titles(graph)) == {**before, "new": "ReLU 3"}


def test_names_are_found_anew_only_when_they_may_be_others():
    graph = graph_of(Node("a", "linear"), Node("b", "linear"))
    known = titles(graph)
    graph.replace_node(graph.node("a").with_param("out_features", 7))
    assert titles(graph) is known
    copied = graph.copy()
    graph.replace_node(Node("a", "linear", name="First"))
    assert dict(titles(graph)) == {"a": "First", "b": "Linear"}
    assert titles(copied) == known
    assert title(graph, Node("new", "unheard_of")) == "unheard_of"


def test_repeats_count_from_one_behind_the_name_of_the_block():
    project = presets.load("tiny-gpt")
    (block,) = [n for n in project.graph.nodes.values() if n.type == "block"]
    words = title(project.graph, block)
    assert path_title(project, f"{block.id}.1.norm2") == f"{words} 2 · LayerNorm 2"
    assert full_title(project, f"{block.id}.norm1") == (
        f"{words} · LayerNorm 1 ({block.id}.norm1)"
    )
    assert full_title(project, "gone") == "gone"


@pytest.mark.parametrize("preset", presets.all_ids())
def test_no_two_nodes_of_a_preset_are_called_alike(preset):
    project = presets.load(preset)
    for graph in (project.graph, *(block.graph for block in project.blocks.values())):
        called = titles(graph)
        assert len(set(called.values())) == len(called)
        bare = {node.id: bare_name(node) for node in graph.nodes.values()}
        often = Counter(bare.values())
        for node_id, words in bare.items():
            is_numbered = called[node_id] != words
            assert is_numbered == (often[words] > 1)
            assert called[node_id].startswith(words)


@pytest.mark.parametrize("preset", presets.all_ids())
def test_the_engine_calls_every_layer_of_a_preset_as_the_window_does(preset):
    project = presets.load(preset)
    nodes = Flattener(project).flat()
    assert all(node.title == path_title(project, node.path) for node in nodes)
    assert len({node.title for node in nodes}) == len(nodes)
