"""Documents: exact round trips, and refusals that say where and why."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentError
from engine.graph.files import serialize, writing
from engine.graph.model import Edge, Node, Project
from tests.helpers.projects import chain

DOCUMENT = {
    "format": "backprop-workbench",
    "version": 1,
    "name": "Gß",
    "from_the_future": {"kept": [1, 2]},
    "graph": {
        "nodes": [
            {"id": "x", "type": "data", "params": {"source": "digits"}, "colour": 7},
            {"id": "flat", "type": "flatten"},
            {"id": "fc", "type": "linear", "params": {"out_features": 10}},
            {"id": "loss", "type": "cross_entropy", "name": "Cross"},
        ],
        "edges": [
            ["x.image", "flat.input"],
            ["flat.out", "fc.input"],
            ["fc.out", "loss.input"],
            ["x.label", "loss.target"],
        ],
    },
    "training": {
        "batch_size": 32,
        "phases": [{"name": "t", "optimizer": {"type": "sgd", "lr": 0.5}}],
    },
    "layout": {"graph": {"x": [0, 0], "fc": [400, 0.5]}},
}


def variant(**changes) -> str:
    return json.dumps({**DOCUMENT, **changes})


def graph_with(node: dict | None = None, edge: list | None = None) -> dict:
    graph = DOCUMENT["graph"]
    return {
        "nodes": graph["nodes"] + ([node] if node else []),
        "edges": graph["edges"] + ([edge] if edge else []),
    }


def test_loads_then_dumps_keeps_every_value() -> None:
    project = serialize.loads(json.dumps(DOCUMENT))
    text = serialize.dumps(project)
    assert json.loads(text) == DOCUMENT
    assert serialize.dumps(serialize.loads(text)) == text


def test_dumps_has_one_node_or_wire_a_line_and_the_layout_last() -> None:
    text = serialize.dumps(serialize.loads(json.dumps(DOCUMENT)))
    lines = [line.strip() for line in text.splitlines()]
    assert '{"id": "flat", "type": "flatten"},' in lines
    assert '["x.image", "flat.input"],' in lines
    assert text.index('"layout"') > text.index('"training"')
    assert text.index('"layout"') > text.index('"version"')


def test_moving_a_node_changes_only_its_layout_line() -> None:
    project = serialize.loads(json.dumps(DOCUMENT))
    before = serialize.dumps(project).splitlines()
    project.layout[""]["fc"] = (500.0, 1.0)
    after = serialize.dumps(project).splitlines()
    changed = [b for a, b in zip(before, after, strict=True) if a != b]
    assert changed in (['      "fc": [500, 1],'], ['    "fc": [500, 1],'])


REFUSED = {
    "not json": ("hello", "This is not JSON"),
    "empty": (" ", "is empty"),
    "cut off": ("{", "ends too early"),
    "cut off in a text": ('{"format": "back', "ends in the middle of a text"),
    "no comma": ('{"a": 1 "b": 2}', 'comma is missing before “"b": 2}”'),
    "no colon": ('{"a" 1}', "colon is missing before “1}”"),
    "no quotation marks": ("{a: 1}", "quotation marks is missing before “a: 1}”"),
    "comma at the end": ('{"a": 1,}', "missing before “}”"),
    "more after the end": ("{} {}", "ends before “{}”"),
    "no value": ('{"a": yes}', "“yes}” is not a value"),
    "line break in a text": ('{"a": "b\n"}', "not closed at the end of its line"),
    "backslash": ('{"a": "\\q"}', "backslash"),
    "not an object": ("[]", "project"),
    "another format": (variant(format="other"), "not a Backprop Workbench"),
    "newer": (variant(version=99), "newer"),
    "boolean version": (variant(version=True), "version"),
    "duplicate key": ('{"format": "a", "format": "b"}', "twice"),
    "nan": ('{"format": NaN}', "NaN"),
    "infinite": ('{"format": 1e999}', "too large"),
    "deep": ("[" * 100_000, "deeply"),
    "rather deep": (variant(deep=json.loads("[" * 40 + "]" * 40)), "deeply"),
    "unknown layer": (
        variant(graph=graph_with(node={"id": "c", "type": "cov2d"})),
        "conv2d",
    ),
    "unknown param": (
        variant(
            graph=graph_with(node={"id": "c", "type": "linear", "params": {"outs": 3}})
        ),
        "outs",
    ),
    "bad param": (
        variant(
            graph=graph_with(
                node={"id": "c", "type": "linear", "params": {"out_features": "3"}}
            )
        ),
        "whole number",
    ),
    "unknown port": (variant(graph=graph_with(edge=["fc.aut", "loss.input"])), "out"),
    "cycle": (variant(graph=graph_with(edge=["fc.out", "flat.input"])), "cycle"),
    "missing node": (variant(graph=graph_with(edge=["no.out", "fc.input"])), "no"),
    "same id twice": (
        variant(graph=graph_with(node={"id": "fc", "type": "relu"})),
        "taken",
    ),
    "bad rate": (
        variant(training={"phases": [{"optimizer": {"type": "sgd", "lr": -1}}]}),
        "Learning rate",
    ),
    "unknown optimizer": (
        variant(training={"phases": [{"optimizer": {"type": "adma"}}]}),
        "adam",
    ),
    "unknown setting": (variant(training={"batchsize": 3}), "batch_size"),
    "bad layout": (variant(layout={"graph": {"x": [1]}}), "position"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_loads_refuses_in_one_sentence(case: str) -> None:
    text, words = REFUSED[case]
    with pytest.raises(DocumentError) as caught:
        serialize.loads(text, "net.bpw")
    message = str(caught.value)
    assert words in message
    assert "net.bpw" in message
    assert "\n" not in message


def test_loads_says_the_line_of_the_bad_node() -> None:
    text = serialize.dumps(serialize.loads(json.dumps(DOCUMENT)))
    broken = text.replace('"type": "flatten"', '"type": "flattn"')
    line = 1 + next(i for i, row in enumerate(broken.splitlines()) if "flattn" in row)
    with pytest.raises(DocumentError, match=f"line {line}"):
        serialize.loads(broken, "net.bpw")


def test_load_of_a_missing_or_binary_file_is_one_sentence(tmp_path) -> None:
    with pytest.raises(DocumentError, match=r"none\.bpw"):
        serialize.load(tmp_path / "none.bpw")
    (tmp_path / "b.bpw").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError, match="UTF-8"):
        serialize.load(tmp_path / "b.bpw")


def test_save_replaces_atomically(tmp_path) -> None:
    path = tmp_path / "p.bpw"
    path.write_text("old", "utf-8")
    project = Project("new")
    project.graph.add_node(Node("a", "relu"))
    project.graph.add_node(Node("b", "relu"))
    project.graph.connect(Edge.parse("a.out", "b.input"))
    serialize.save(project, path)
    assert serialize.dumps(serialize.load(path)) == serialize.dumps(project)
    assert [item.name for item in tmp_path.iterdir()] == ["p.bpw"]


def test_wires_of_a_data_set_that_was_changed_can_be_opened_again() -> None:
    made = chain("flatten", ("linear", {"out_features": 10}))
    made.graph.replace_node(made.graph.node("data").with_param("source", "iris"))
    text = serialize.dumps(made)
    assert serialize.dumps(serialize.loads(text)) == text


_PLAIN = st.none() | st.booleans() | st.integers() | st.text()
_PLAIN |= st.floats(allow_nan=False, allow_infinity=False)


def _holding(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(inner) | st.dictionaries(st.text(), inner)


@given(st.dictionaries(st.text(), st.recursive(_PLAIN, _holding, max_leaves=8)))
def test_line_is_what_json_writes(record) -> None:
    expected = json.dumps(record, sort_keys=True, ensure_ascii=False)
    assert writing._compact(record) == expected
