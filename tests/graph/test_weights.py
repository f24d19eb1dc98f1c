"""The words that say where weights start, and that they survive every change."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.compile.flatten import Flattener
from engine.errors import DocumentError
from engine.graph.blocks.grouping import group
from engine.graph.blocks.ungrouping import unpack
from engine.graph.edits import ReplaceNode, SetWeights, apply_all
from engine.graph.files import serialize
from engine.graph.model import Node
from engine.graph.weights import Start, absolute
from tests.helpers.projects import chain

PREFIXES = st.none() | st.from_regex(r"[A-Za-z0-9_.\-]*", fullmatch=True)


def asking(text: str):
    made = chain("flatten", ("linear", {"out_features": 10}))
    made.graph.replace_node(Node("n1", "linear", {"out_features": 10}, weights=text))
    return made


def starts(project) -> dict[str, str]:
    flat = Flattener(project).flat()
    return {node.path: str(node.start) for node in flat if node.start}


@pytest.mark.parametrize(
    ("text", "path", "prefix"),
    [
        ("a/b.pt", "a/b.pt", None),
        ("a/b.pt#enc.fc", "a/b.pt", "enc.fc"),
        ("a/b.pt#", "a/b.pt", ""),
        ("a#b/c d.pt", "a#b/c d.pt", None),
        ("a#b/c.pt#fc", "a#b/c.pt", "fc"),
    ],
)
def test_text_is_read_as_path_and_prefix(text, path, prefix) -> None:
    assert Start.parse(text) == Start(path, prefix)
    assert str(Start.parse(text)) == text


@given(st.text(st.characters(exclude_characters="#")), PREFIXES)
def test_start_comes_back_from_its_text(path, prefix) -> None:
    assert Start.parse(str(Start(path, prefix))) == Start(path, prefix)


def test_weights_stand_in_the_file_only_where_they_are_set() -> None:
    project = asking("net.pt#fc")
    project.weights = "runs/one"
    text = serialize.dumps(project)
    record = json.loads(text)
    assert record["weights"] == "runs/one"
    nodes = {node["id"]: node for node in record["graph"]["nodes"]}
    assert nodes["n1"]["weights"] == "net.pt#fc"
    assert "weights" not in nodes["n0"]
    again = serialize.loads(text)
    assert (again.weights, again.graph.node("n1").weights) == ("runs/one", "net.pt#fc")
    assert serialize.dumps(again) == text
    assert '"weights"' not in serialize.dumps(chain("flatten"))


@pytest.mark.parametrize("value", [1, None, True, ["a"], {"file": "a"}])
def test_weights_that_are_no_text_are_refused(value) -> None:
    record = json.loads(serialize.dumps(asking("a")))
    for node in record["graph"]["nodes"]:
        if "weights" in node:
            node["weights"] = value
    with pytest.raises(DocumentError, match="weights"):
        serialize.loads(json.dumps(record))
    with pytest.raises(DocumentError, match="weights"):
        serialize.loads(json.dumps({**record, "weights": value}))


def test_setting_weights_can_be_undone() -> None:
    project = asking("")
    before = serialize.dumps(project)
    node = Node("n1", "linear", {"out_features": 10}, weights="a.pt")
    inverse = apply_all(project, [ReplaceNode(node), SetWeights("b.pt")])
    assert (project.graph.node("n1").weights, project.weights) == ("a.pt", "b.pt")
    apply_all(project, inverse)
    assert serialize.dumps(project) == before


def test_relative_paths_are_counted_from_the_document() -> None:
    project = asking("w/net.pt#fc")
    project.weights = "run"
    twin = absolute(project, Path("/documents"))
    assert twin.weights == str(Path("/documents/run"))
    expected = str(Path("/documents/w/net.pt")) + "#fc"
    assert twin.graph.node("n1").weights == expected
    assert project.weights == "run"
    assert serialize.dumps(absolute(twin, Path("/other"))) == serialize.dumps(twin)


@pytest.mark.parametrize("text", ["net.pt", "net.pt#fc", "net.pt#"])
def test_grouping_and_unpacking_keep_the_place_in_the_file(text) -> None:
    project = asking(text)
    (before,) = starts(project).values()
    apply_all(project, group(project, ["n0", "n1"], "part"))
    assert starts(project) == {"part.n1": before}
    apply_all(project, unpack(project, "part").edits)
    assert starts(project) == {"n1": before}


def test_unpacking_hands_the_words_of_a_repeated_block_to_its_nodes() -> None:
    project = asking("")
    apply_all(project, group(project, ["n1"], "part"))
    params = {"of": "part", "repeat": 2}
    project.graph.replace_node(Node("part", "block", params, weights="net.pt"))
    before = starts(project)
    assert before == {
        "part.0.n1": "net.pt#part.0.n1",
        "part.1.n1": "net.pt#part.1.n1",
    }
    result = unpack(project, "part")
    apply_all(project, result.edits)
    assert starts(project) == {
        result.names[path]: text for path, text in before.items()
    }
