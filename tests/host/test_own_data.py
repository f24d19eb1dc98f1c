"""The engine tells the window of own data: not read, changed, gone; a click reads."""

import json

import pytest

from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.host.checker import Checker
from engine.protocol.commands import Check

NODES = [
    {"id": "data", "type": "data", "params": {"source": "file", "path": "p.csv"}},
    {"id": "head", "type": "linear", "params": {"out_features": 2}},
    {"id": "loss", "type": "cross_entropy"},
]
EDGES = [["data.features", "head.input"], ["head.out", "loss.input"],
         ["data.label", "loss.target"]]  # fmt: skip
DOCUMENT = json.dumps({"format": "backprop-workbench", "version": 1, "name": "own",
                       "graph": {"nodes": NODES, "edges": EDGES}})  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "p.csv"
    rows = "".join(f"{n / 7:.3f},{n % 5},{'ab'[n % 2]}\n" for n in range(40))
    path.write_text("x,n,label\n" + rows)
    return path


def checked(document, folder, checker=None):
    checker = checker or Checker()
    return checker.checked(Check(document=document, folder=str(folder)))


def test_file_is_read_by_one_click(file):
    before = file.read_bytes()
    analysis = checked(DOCUMENT, file.parent)
    (problem,) = analysis.problems
    assert (problem.node, problem.text) == ("data", "The file was not read yet")
    project = serialize.loads(DOCUMENT)
    apply_all(project, problem.fixes[0].edits)
    assert project.graph.node("data").params["path"] == "p.csv"
    after = checked(serialize.dumps(project), file.parent)
    assert after.trainable
    assert after.nodes["data"].outputs == {"features": (-1, 2), "label": (-1,)}
    assert file.read_bytes() == before
    file.write_text("x,n,label\n" + "1,2,a\n3,4,b\n" * 9)
    (problem,) = checked(serialize.dumps(project), file.parent).problems
    assert "has changed" in problem.text
    assert len(problem.fixes) == 1
    file.unlink()
    (problem,) = checked(serialize.dumps(project), file.parent).problems
    assert "can't be read" in problem.text


def test_file_outside_is_not_opened(file, tmp_path):
    (tmp_path / "project").mkdir()
    document = DOCUMENT.replace("p.csv", "../p.csv")
    analysis = checked(document, tmp_path / "project")
    told = [problem for problem in analysis.problems if problem.node == "data"]
    assert [problem.kind for problem in told] == ["outside"]


GOOD = [["label", "category", "target", ["a", "b"]], ["x", "number", "input"]]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"columns": [["x", "number"]]}, "no column"),
        ({"columns": [["x", "number", "output"]]}, "no column"),
        ({"columns": [*GOOD, GOOD[0]]}, "same name"),
        ({"columns": GOOD, "reading": [["reader", "zip"]]}, "no reader"),
        ({"columns": GOOD, "reading": [["reader"]]}, "no setting"),
        ({"columns": GOOD, "reading": [["reader", "csv"], ["speed", 1]]}, "no setting"),
        ({"columns": GOOD, "steps": [["x", "cube"]]}, "no such step"),
        ({"columns": GOOD, "steps": [["z", "log"]]}, "no column"),
        ({"columns": GOOD, "sample": "window"}, "anything to learn from"),
        ({"columns": GOOD, "sha256": "0"}, "has changed"),
    ],
)
def test_what_a_document_says_wrongly_is_a_problem_at_the_node(file, params, words):
    document = json.loads(DOCUMENT)
    document["graph"]["nodes"][0]["params"].update(params, rows=40)
    analysis = checked(json.dumps(document), file.parent)
    (problem,) = [each for each in analysis.problems if each.node == "data"]
    assert words in problem.text
    assert problem.severity == "error"
