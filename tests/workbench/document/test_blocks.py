"""Blocks as undo steps: group, unpack, rename, copy, ports, library, paste."""

import pytest
from PySide6.QtCore import QStandardPaths

from engine.errors import EngineError, GraphError
from engine.graph.edits import SetParam
from engine.graph.model import Edge, Endpoint
from tests.workbench.canvas import nets
from workbench.document import Document, actions, blocks, clipboard, library
from workbench.document import outer_ports as ports


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


@pytest.fixture
def own_library(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "folder", lambda: tmp_path / "blocks")
    return tmp_path / "blocks"


def grouped(document):
    return blocks.group(document, ["conv", "relu"], "Stem part")


def test_group_makes_an_instance_and_one_undo_step(document):
    before = document.text()
    made = grouped(document)
    graph = document.project.graph
    assert graph.node(made).params["of"] == "stem_part"
    assert set(document.project.blocks["stem_part"].graph.nodes) == {"conv", "relu"}
    assert graph.has_edge(Edge.parse("data.image", f"{made}.input"))
    assert document.undo_stack.undoText() == "Group stem_part"
    document.undo_stack.undo()
    assert document.text() == before


def test_unpack_after_group_gives_nodes_wires_and_places_back(document):
    before = document.project.copy()
    made = grouped(document)
    new = blocks.unpack(document, [made])
    graph = document.project.graph
    assert sorted(new) == ["conv", "relu"]
    assert set(graph.edges) == set(before.graph.edges)
    assert dict(graph.nodes) == dict(before.graph.nodes)
    assert document.project.layout[""] == before.layout[""]


def test_group_of_nodes_without_places_keeps_where_they_are_shown(qapp):
    document = Document()
    document.set_project(nets.cnn(placed=False))
    shown = dict.fromkeys(["conv", "relu"], (100.0, 50.0))
    document.places_wanted.connect(lambda _scope, places: places.update(shown))
    made = grouped(document)
    assert document.project.position("", made) == (100.0, 50.0)


def test_grouping_data_is_refused_and_changes_nothing(document):
    before = document.text()
    with pytest.raises(GraphError):
        blocks.group(document, ["data", "conv"], "x")
    assert document.text() == before


def test_group_inside_a_block_keeps_its_outer_ports(document):
    grouped(document)
    inner = blocks.group(document, ["relu"], "act", "stem_part")
    block = document.project.blocks["stem_part"]
    assert block.outputs["out"].node == inner
    assert block.outputs["out"].port in document.project.blocks["act"].outputs
    blocks.unpack(document, [inner], "stem_part")
    assert document.project.blocks["stem_part"].outputs["out"] == Endpoint(
        "relu", "out"
    )


def test_rename_changes_every_instance_and_keeps_the_layout(document):
    made = grouped(document)
    blocks.add_instance(document, "stem_part", (0.0, 400.0))
    places = dict(document.project.layout["stem_part"])
    assert blocks.rename(document, "stem_part", "Stem Two") == "stem_two"
    project = document.project
    assert {node.params["of"] for _, node in ports.instances(project, "stem_two")} == {
        "stem_two"
    }
    assert len(list(ports.instances(project, "stem_two"))) == 2
    assert project.layout["stem_two"] == places
    assert "stem_part" not in project.blocks
    assert made in project.graph.nodes


def test_independent_copy_has_its_own_definition(document):
    made = grouped(document)
    document.apply([SetParam(made, "share", "a")], "Share")
    twin = blocks.copy_independent(document, made, (0.0, 300.0))
    node = document.project.graph.node(twin)
    assert node.params == {"of": "stem_part_2"}
    actions.set_param(document, ["conv"], "out_channels", 5, "stem_part_2")
    old = document.project.blocks["stem_part"].graph.node("conv")
    assert old.params["out_channels"] == 8


def test_a_block_may_not_stand_in_itself(document):
    grouped(document)
    blocks.group(document, ["relu"], "act", "stem_part")
    before = document.text()
    with pytest.raises(GraphError):
        blocks.add_instance(document, "stem_part", (0.0, 0.0), "act")
    assert document.text() == before


def test_pasting_a_block_into_itself_is_refused(document):
    made = grouped(document)
    text = clipboard.excerpt(document, [made])
    with pytest.raises(GraphError):
        clipboard.paste(document, text, scope="stem_part")


def test_deleting_an_inner_node_takes_its_ports_and_outer_wires(document):
    made = grouped(document)
    before = document.text()
    actions.remove(document, ["relu"], scope="stem_part")
    block = document.project.blocks["stem_part"]
    assert not block.outputs
    assert not document.project.graph.edges_out_of(made)
    assert document.project.graph.edges_into(made)
    document.undo_stack.undo()
    assert document.text() == before


def test_exposed_port_appears_and_concealing_takes_its_wires(document):
    made = grouped(document)
    end = Endpoint("conv", "out")
    ports.expose(document, "stem_part", end, is_output=True)
    block = document.project.blocks["stem_part"]
    name = ports.shown_as(block, end, is_output=True)
    actions.connect(document, Edge.parse(f"{made}.{name}", "flatten.input"))
    ports.conceal(document, "stem_part", name, is_output=True)
    assert not document.project.graph.edges_into("flatten")
    for _ in range(3):
        document.undo_stack.undo()
    assert document.project.graph.has_edge(Edge.parse(f"{made}.out", "flatten.input"))


def test_paste_of_another_block_with_the_same_name_gets_a_new_name(document):
    made = grouped(document)
    text = clipboard.excerpt(document, [made])
    other = Document()
    other.set_project(nets.cnn())
    blocks.group(other, ["flatten", "linear"], "Stem part")
    new = clipboard.paste(other, text)
    assert other.project.graph.node(new[0]).params["of"] == "stem_part_2"
    inside = other.project.blocks["stem_part_2"].graph
    assert set(inside.nodes) == {"conv", "relu"}
    assert "linear" in other.project.blocks["stem_part"].graph.nodes


def test_paste_of_the_same_block_stands_for_the_same_definition(document):
    made = grouped(document)
    new = clipboard.paste(document, clipboard.excerpt(document, [made]))
    assert document.project.graph.node(new[0]).params["of"] == "stem_part"
    assert len(document.project.blocks) == 1


def test_saved_block_comes_back_in_another_project(document, own_library):
    made = grouped(document)
    blocks.group(document, ["relu"], "act", "stem_part")
    library.save(document, "stem_part")
    assert [entry.name for entry in library.entries()] == ["stem_part"]
    other = Document()
    other.set_project(nets.cnn())
    node_id = library.insert(other, "stem_part", (10.0, 20.0))
    assert other.project.graph.node(node_id).params["of"] == "stem_part"
    assert set(other.project.blocks) == {"stem_part", "act"}
    assert other.project.layout["stem_part"]
    assert other.project.position("", node_id) == (10.0, 20.0)
    assert made != ""


def test_broken_library_file_is_refused_with_words(document, own_library):
    own_library.mkdir()
    (own_library / "bad.bpw").write_text("{", "utf-8")
    before = document.text()
    with pytest.raises(EngineError):
        library.insert(document, "bad", (0.0, 0.0))
    with pytest.raises(EngineError):
        library.insert(document, "missing", (0.0, 0.0))
    assert document.text() == before
    assert library.problem("bad")


def test_library_stands_in_the_users_data_folder(qapp):
    kind = QStandardPaths.StandardLocation.AppLocalDataLocation
    assert str(library.folder()).startswith(QStandardPaths.writableLocation(kind))


def test_words_become_identifiers():
    assert ports.identifier("Résidual Block 3") == "r_sidual_block_3"
    assert ports.identifier("3×3") == "block_3_3"
    assert ports.identifier("a", {"a": 1, "a_2": 1}) == "a_3"


def test_a_port_lost_inside_is_lost_in_the_blocks_around(document):
    outer = grouped(document)
    inner = blocks.group(document, ["relu"], "act", "stem_part")
    before = document.text()
    ports.conceal(document, "act", "out", is_output=True)
    assert not document.project.blocks["stem_part"].outputs
    assert not document.project.graph.edges_out_of(outer)
    assert inner in document.project.blocks["stem_part"].graph.nodes
    document.undo_stack.undo()
    assert document.text() == before
