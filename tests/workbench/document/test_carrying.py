"""A project saved in another folder finds its data and weights where they were."""

from dataclasses import replace

import pytest

from engine.errors import EngineError
from engine.graph.model import Node
from workbench.document import Document


@pytest.fixture
def saved(qapp, tmp_path):
    """A document beside its data, and the folder of it."""
    home = tmp_path / "home"
    (home / "tables").mkdir(parents=True)
    (home / "tables" / "p.csv").write_text("a,b\n1,2\n")
    document = Document()
    params = {"source": "file", "path": "tables/p.csv"}
    document.project.graph.add_node(Node("data", "data", params))
    linear = replace(Node("layer", "linear"), weights="old.pt#encoder")
    document.project.graph.add_node(linear)
    document.project.weights = "runs/first"
    document.save(home / "mine.bpw")
    return document, home


def paths(document):
    node = document.project.graph.node
    return node("data").params["path"], node("layer").weights, document.project.weights


def test_another_folder_leads_to_the_same_files(saved, tmp_path):
    document, home = saved
    (tmp_path / "other").mkdir()
    document.save(tmp_path / "other" / "mine.bpw")
    assert paths(document) == (
        str(home / "tables" / "p.csv"), f"{home / 'old.pt'}#encoder",
        str(home / "runs" / "first"),
    )  # fmt: skip
    again = Document()
    again.load(tmp_path / "other" / "mine.bpw")
    assert paths(again) == paths(document)
    document.save(home / "back.bpw")
    assert paths(document) == ("tables/p.csv", "old.pt#encoder", "runs/first")


def test_files_that_were_copied_along_are_the_ones_meant(saved, tmp_path):
    document, home = saved
    copied = tmp_path / "copy" / "tables"
    copied.mkdir(parents=True)
    (copied / "p.csv").write_bytes((home / "tables" / "p.csv").read_bytes())
    document.save(tmp_path / "copy" / "mine.bpw")
    assert paths(document)[0] == "tables/p.csv"


def test_first_save_above_the_data_lets_the_folder_be_copied(qapp, tmp_path):
    path = tmp_path / "tables" / "p.csv"
    document = Document()
    params = {"source": "file", "path": str(path)}
    document.project.graph.add_node(Node("data", "data", params))
    document.save(tmp_path / "mine.bpw")
    assert document.project.graph.node("data").params["path"] == "tables/p.csv"
    assert not document.is_modified


def test_same_folder_changes_nothing(saved):
    document, home = saved
    document.save(home / "again.bpw")
    assert document.undo_stack.count() == 0


@pytest.mark.parametrize("kind", [OSError, EngineError])
def test_a_save_that_fails_leaves_the_paths_as_they_were(saved, tmp_path, kind):
    document, _ = saved
    before, steps = document.text(), document.undo_stack.count()

    def refuse():
        raise kind("no")

    (tmp_path / "other").mkdir()
    with pytest.raises(EngineError):
        document.save(tmp_path / "other" / "mine.bpw", refuse)
    assert document.text() == before
    assert document.undo_stack.count() == steps
    assert document.undo_stack.isClean()
    assert not list((tmp_path / "other").iterdir())
