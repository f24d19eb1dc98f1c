"""A node that a fix puts into a wire stands in its row; what follows gives way."""

from engine.advice.analysis import Analyser
from engine.graph.edits import SetParam
from engine.graph.model import Edge
from engine.graph.problems import Fix
from tests.helpers.projects import chain
from workbench.canvas.edits import fixes
from workbench.document import Document


def made():
    project = chain("relu", ("linear", {"out_features": 10}))
    project.layout[""] = {
        "data": (0.0, 0.0),
        "n0": (244.0, 0.0),
        "n1": (488.0, 0.0),
        "loss": (732.0, 0.0),
    }
    document = Document()
    document.set_project(project)
    problems = Analyser().analyse(project).problems
    (fix,) = [f for p in problems for f in p.fixes if "Flatten before" in f.label]
    return document, fix


def test_inserted_node_takes_the_place_and_the_rest_moves_right():
    document, fix = made()
    before = document.text()
    fixes.apply(document, fix)
    assert document.project.layout[""] == {
        "data": (0.0, 0.0),
        "n0": (244.0, 0.0),
        "flatten": (488.0, 0.0),
        "n1": (732.0, 0.0),
        "loss": (976.0, 0.0),
    }
    document.undo_stack.undo()
    assert document.text() == before


def test_inserted_node_uses_a_gap_that_is_wide_enough():
    document, fix = made()
    document.project.layout[""] |= {"n1": (860.0, 0.0), "loss": (1104.0, 0.0)}
    fixes.apply(document, fix)
    places = document.project.layout[""]
    assert (places["flatten"], places["n1"]) == ((488.0, 0.0), (860.0, 0.0))


def test_fix_without_a_new_node_moves_nothing():
    document, _ = made()
    before = dict(document.project.layout[""])
    fixes.apply(document, Fix("Set", (SetParam("n1", "out_features", 12),)))
    assert document.project.layout[""] == before
    assert document.project.graph.node("n1").params["out_features"] == 12


def fixed(project, words):
    document = Document()
    document.set_project(project)
    problems = Analyser().analyse(project).problems
    fix = next(f for p in problems for f in p.fixes if words in f.label)
    fixes.apply(document, fix)
    return document.project


def test_two_inserted_nodes_stand_in_a_row():
    project = chain("conv2d", "gru", "last_step", ("linear", {"out_features": 10}))
    project.layout[""] = {
        name: (index * 244.0, 0.0)
        for index, name in enumerate(("data", "n0", "n1", "n2", "n3", "loss"))
    }
    places = fixed(project, "Flatten and Transpose").layout[""]
    names = ("n0", "flatten", "transpose", "n1", "n2", "n3", "loss")
    assert [places[name] for name in names] == [
        (244.0 * (index + 1), 0.0) for index in range(7)
    ]


def test_added_loss_stands_behind_what_it_judges_where_nothing_is():
    project = chain("flatten", ("linear", {"out_features": 10}))
    project.graph.disconnect(Edge.parse("n1.out", "loss.input"))
    project.graph.disconnect(Edge.parse("data.label", "loss.target"))
    project.graph.remove_node("loss")
    project.layout[""] = {"data": (0.0, 0.0), "n0": (244.0, 0.0), "n1": (488.0, 0.0)}
    places = fixed(project, "Add CrossEntropy").layout[""]
    assert places["loss"] == (732.0, 0.0)
    assert places["n1"] == (488.0, 0.0)


def test_added_data_stands_before_what_it_feeds():
    project = chain("flatten", ("linear", {"out_features": 10}))
    for edge in list(project.graph.edges_out_of("data")):
        project.graph.disconnect(edge)
    project.graph.remove_node("data")
    project.layout[""] = {
        "n0": (244.0, 60.0),
        "n1": (488.0, 60.0),
        "loss": (732.0, 0.0),
    }
    places = fixed(project, "Add Data").layout[""]
    assert places["data"] == (0.0, 60.0)
