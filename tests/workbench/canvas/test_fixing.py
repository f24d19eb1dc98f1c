"""A node that a fix puts into a wire stands in its row; what follows gives way."""

from engine.compile.shapes import ShapeCache
from engine.graph.edits import Fix, SetParam
from tests.helpers.projects import chain
from workbench.canvas import fixing
from workbench.document import Document


def made():
    project = chain("relu", ("linear", {"out_features": 10}))
    project.layout[""] = {
        "data": (0.0, 0.0),
        "n0": (200.0, 0.0),
        "n1": (400.0, 0.0),
        "loss": (600.0, 0.0),
    }
    document = Document()
    document.set_project(project)
    problems = ShapeCache().analyse(project).problems
    (fix,) = [f for p in problems for f in p.fixes if "Flatten before" in f.label]
    return document, fix


def test_inserted_node_takes_the_place_and_the_rest_moves_right():
    document, fix = made()
    before = document.text()
    fixing.apply(document, fix)
    assert document.project.layout[""] == {
        "data": (0.0, 0.0),
        "n0": (200.0, 0.0),
        "flatten": (400.0, 0.0),
        "n1": (600.0, 0.0),
        "loss": (800.0, 0.0),
    }
    document.undo_stack.undo()
    assert document.text() == before


def test_inserted_node_uses_a_gap_that_is_wide_enough():
    document, fix = made()
    document.project.layout[""] |= {"n1": (700.0, 0.0), "loss": (900.0, 0.0)}
    fixing.apply(document, fix)
    places = document.project.layout[""]
    assert (places["flatten"], places["n1"]) == ((400.0, 0.0), (700.0, 0.0))


def test_fix_without_a_new_node_moves_nothing():
    document, _ = made()
    before = dict(document.project.layout[""])
    fixing.apply(document, Fix("Set", (SetParam("n1", "out_features", 12),)))
    assert document.project.layout[""] == before
    assert document.project.graph.node("n1").params["out_features"] == 12
