"""Which weights lie outside a project's folder, against the file system."""

from pathlib import Path

import pytest

from engine.advice.analysis import Analyser
from engine.advice.weights import sources
from engine.graph.model import Node
from engine.graph.weights import absolute, outside, without
from tests.helpers.projects import chain


def asking(text: str):
    made = chain("flatten", ("linear", {"out_features": 10}))
    made.graph.replace_node(Node("n1", "linear", {"out_features": 10}, weights=text))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project" / "deep").mkdir(parents=True)
    (tmp_path / "private.safetensors").write_bytes(b"secret")
    (tmp_path / "project" / "link.pt").symlink_to(tmp_path / "private.safetensors")
    (tmp_path / "project" / "inner.pt").symlink_to(tmp_path / "project" / "deep")
    return tmp_path / "project"


@pytest.mark.parametrize(
    ("words", "is_outside"),
    [
        ("net.pt", False),
        ("deep/net.pt#a.b", False),
        ("./deep/../net.pt", False),
        ("inner.pt/net.pt", False),
        ("../private.safetensors", True),
        ("deep/../../private.safetensors#x", True),
        ("/etc/passwd", True),
        ("~/net.pt", True),
        ("~nobody-of-this-name/net.pt", True),
        ("link.pt", True),
        ("../project-2/net.pt", True),
    ],
)
def test_places_outside_are_found(folder, words, is_outside):
    project = asking(words)
    assert bool(outside(project, str(folder))) is is_outside
    project.weights = words
    assert len(outside(project, str(folder))) == int(is_outside)
    assert outside(project, "")
    assert outside(without(project, outside(project, ""), ""), "") == ()


def test_places_in_the_folder_by_their_whole_path_are_inside(folder):
    assert outside(asking(str(folder / "net.pt")), str(folder)) == ()


def test_what_is_held_back_is_told_and_not_opened(folder, monkeypatch):
    project = asking("../private.safetensors")
    held = sources.held(project, str(folder), ())
    assert held == (str(folder.parent / "private.safetensors"),)
    monkeypatch.setattr(sources.kinds, "complaint", lambda _: pytest.fail("read"))
    seen = without(project, held, str(folder))
    analysis = Analyser().analyse(seen, 0, str(folder))
    told = sources.with_held(analysis, project, str(folder), held)
    (problem,) = [each for each in told.problems if each.kind == "outside"]
    assert (problem.node, problem.got) == ("n1", held[0])
    assert not told.trainable
    assert sources.held(project, str(folder), held) == ()


@pytest.mark.parametrize("name", ["my#1.csv", "a#b/c.csv", "a #1 (2).csv"])
def test_mark_belongs_to_the_name_of_own_data(folder, name):
    project = chain("flatten")
    params = {"source": "file", "path": name}
    project.graph.add_node(Node("own", "data", params))
    assert outside(project, "") == (name,)
    assert outside(project, str(folder)) == ()
    told = absolute(project, folder).graph.node("own").params["path"]
    assert told == str(folder / name)
