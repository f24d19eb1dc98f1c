"""What strangers write: every file is a project or a sentence of ours."""

import json
import os
import time
from pathlib import Path

import pytest

from engine.errors import ConfigError, DocumentError, GraphError
from engine.graph.edits import AddNode, Rename
from engine.graph.files import serialize
from engine.graph.limits import MOST_NODES, MOST_PHASES
from engine.graph.model import Edge, Graph, Node, Project
from engine.graph.settings import Phase, Training

HEAD = {"format": "backprop-workbench", "version": 1}
HUGE = ["1" + "0" * 400, "1" * 4000, "1" * 5000, "-" + "9" * 400, "1e400"]


def text_with(**fields: object) -> str:
    return json.dumps({**HEAD, **fields})


def block(**fields: object) -> str:
    inner = {"nodes": [{"id": "a", "type": "relu"}], "edges": [], **fields}
    return text_with(blocks={"b": inner})


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "template",
    [
        '"layout": {"graph": {"a": [0, NUMBER]}}',
        '"graph": {"nodes": [{"id": "a", "type": "relu", "lr_factor": NUMBER}]}',
        '"graph": {"nodes": [{"id": "a", "type": "linear", "params":'
        ' {"out_features": NUMBER}}]}',
        '"training": {"batch_size": NUMBER}',
        '"training": {"phases": [{"optimizer": {"type": "sgd", "lr": NUMBER}}]}',
        '"version": NUMBER',
        '"notes": [{"x": NUMBER}]',
    ],
)
def test_number_beyond_all_bounds_is_refused(template: str, number: str) -> None:
    head = '{"format": "backprop-workbench", "name": "n", '
    version = "" if "version" in template else '"version": 1, '
    text = head + version + template.replace("NUMBER", number) + "}"
    with pytest.raises(DocumentError) as caught:
        serialize.loads(text, "net.bpw")
    assert "net.bpw" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "ends",
    [7, [7], ["in"], [["in"]], [["in", 7]], [["in", [7]]], [["in", "a"]], [[1, 2]]],
)
@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_malformed_ports_of_a_block_are_refused(side: str, ends: object) -> None:
    with pytest.raises(DocumentError, match=r"net\.bpw"):
        serialize.loads(block(**{side: ends}), "net.bpw")


def test_ports_of_a_block_with_bad_names_or_twice_are_refused() -> None:
    for name in ("", "a b", "x" * 300, "in\n", "<b>"):
        with pytest.raises(DocumentError):
            serialize.loads(block(outputs=[[name, "a.out"]]))
    with pytest.raises(DocumentError, match="same name"):
        serialize.loads(block(outputs=[["o", "a.out"], ["o", "a.out"]]))


@pytest.mark.parametrize("end", ["gone.out", "a.gone"])
def test_port_of_a_block_that_leads_nowhere_can_be_opened_and_checked(end) -> None:
    from engine.advice.analysis import Analyser  # torch

    inner = {"nodes": [{"id": "a", "type": "relu"}], "outputs": [["p", end]]}
    types = {"data": "data", "b": "block", "flat": "flatten", "fc": "linear"}
    types["loss"] = "cross_entropy"
    nodes = [{"id": i, "type": kind} for i, kind in types.items()]
    nodes[1]["params"] = {"of": "b"}
    nodes[3]["trainable"] = False
    edges = [["b.p", "flat.input"], ["flat.out", "fc.input"], ["fc.out", "loss.input"]]
    edges.append(["data.label", "loss.target"])
    graph = {"nodes": nodes, "edges": edges}
    Analyser().analyse(serialize.loads(text_with(blocks={"b": inner}, graph=graph)))


def test_halves_of_characters_are_replaced_so_that_saving_works(tmp_path: Path) -> None:
    half = "\ud800"
    node = {"id": "a", "type": "view_text", "name": f"x{half}y", f"k{half}": [half]}
    node["type"] = "block"
    node["params"] = {"of": f"b{half}"}
    text = text_with(
        name=half,
        graph={"nodes": [node]},
        training={"phases": [{"name": f"p{half}"}]},
        layout={"graph": {half: [0, 0]}},
        weights=half,
    )
    project = serialize.loads(text)
    serialize.save(project, tmp_path / "p.bpw")
    again = serialize.load(tmp_path / "p.bpw")
    assert serialize.dumps(again) == serialize.dumps(project)
    assert half not in repr(again.graph.nodes)


def test_halves_of_characters_that_were_typed_can_be_saved(tmp_path: Path) -> None:
    project = Project("p")
    project.graph.add_node(Node("a", "relu", extra={"words": "\udfff"}))
    serialize.save(project, tmp_path / "p.bpw")
    serialize.load(tmp_path / "p.bpw")


def test_names_are_one_line_whoever_gives_them() -> None:
    bad = "a\nb\x07\u2028\u202ec"
    assert Node("a", "relu", name=bad).name == "a b   c"
    assert Phase(bad).name == "a b   c"
    project = Project(bad)
    Rename(bad + "x" * 500).apply(project)
    assert project.name.startswith("a b   cx")
    assert len(project.name) == 200
    made = serialize.loads(text_with(graph={"nodes": [{"id": "a", "type": "relu",
                                                       "name": bad}]}))  # fmt: skip
    assert made.graph.node("a").name == "a b   c"


def test_byte_order_mark_is_accepted_and_utf_16_told(tmp_path: Path) -> None:
    path = tmp_path / "p.bpw"
    path.write_bytes(b"\xef\xbb\xbf" + text_with(name="BOM").encode())
    assert serialize.load(path).name == "BOM"
    for code in ("utf-16", "utf-16-be"):
        mark = b"\xfe\xff" if code == "utf-16-be" else b""
        path.write_bytes(mark + text_with().encode(code))
        with pytest.raises(DocumentError, match=r"UTF-16.*Save it as UTF-8"):
            serialize.load(path)


@pytest.mark.skipif(os.name == "nt", reason="FIFOs and devices are of Unix")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.bpw")
    for path in (tmp_path / "fifo.bpw", Path("/dev/zero"), tmp_path):
        with pytest.raises(DocumentError, match="can't be read"):
            serialize.load(path)


def test_key_that_stands_twice_is_named_with_its_line() -> None:
    with pytest.raises(DocumentError, match=r"line 2.*“a” stands twice"):
        serialize.loads('{\n"a": 1,\n"a": 2}', "net.bpw")


def numbered(count: int, *, backwards: bool = False) -> str:
    nodes = [{"id": f"n{i}", "type": "relu"} for i in range(count)]
    edges = [[f"n{i}.out", f"n{i + 1}.input"] for i in range(count - 1)]
    graph = {"nodes": nodes, "edges": edges[::-1] if backwards else edges}
    return text_with(graph=graph)


@pytest.mark.parametrize("backwards", [False, True])
def test_chain_of_the_most_nodes_opens_in_linear_time(backwards: bool) -> None:
    few, many = (
        _seconds(numbered(count, backwards=backwards))
        for count in (MOST_NODES // 8, MOST_NODES)
    )
    assert many < 40 * few


def _seconds(text: str) -> float:
    start = time.process_time()
    serialize.loads(text)
    return time.process_time() - start


@pytest.mark.parametrize("count", [MOST_NODES + 1, 100_000])
def test_more_nodes_are_refused(count: int) -> None:
    with pytest.raises(DocumentError, match=f"at most {MOST_NODES}, got {count}"):
        serialize.loads(numbered(count))


def test_nodes_of_blocks_count_too() -> None:
    half = json.loads(numbered(MOST_NODES // 2))["graph"]
    text = text_with(blocks={"b": half}, graph=half)
    project = serialize.loads(text)
    with pytest.raises(GraphError, match="too many nodes"):
        AddNode(Node("more", "relu")).apply(project)
    half["nodes"].append({"id": "more", "type": "relu"})
    with pytest.raises(DocumentError, match="too many nodes"):
        serialize.loads(text_with(blocks={"b": half}, graph=half))


@pytest.mark.parametrize("count", [65, 300, 5000])
def test_more_phases_are_refused(count: int) -> None:
    phases = tuple(Phase(f"p{i}") for i in range(count))
    with pytest.raises(ConfigError, match=f"at most {MOST_PHASES}"):
        Training(phases=phases).checked()
    records = [{"name": phase.name} for phase in phases]
    with pytest.raises(DocumentError, match=f"got {count}"):
        serialize.loads(text_with(training={"phases": records}))


def test_connect_all_refuses_a_circle_and_changes_nothing() -> None:
    graph = Graph()
    for node_id in "abcd":
        graph.add_node(Node(node_id, "relu"))
    first = Edge.parse("a.out", "b.input")
    graph.connect(first)
    circle = ["b.out c.input", "c.out d.input", "d.out b.input"]
    with pytest.raises(GraphError, match="cycle") as caught:
        graph.connect_all(Edge.parse(*pair.split()) for pair in circle)
    assert caught.value.where in {"b", "c", "d"}
    assert graph.edges == (first,)
    assert graph.edges_into("c") == ()
    with pytest.raises(GraphError, match="already"):
        graph.connect_all([Edge.parse("b.out", "c.input"), first])
    assert graph.edges == (first,)
