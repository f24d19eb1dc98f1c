from dataclasses import replace

import numpy as np
import pytest

import presets
from engine.protocol import commands
from engine.protocol.messages import Evaluation, Frame, View
from workbench.document.view_nodes import view_kinds


def frame_with(*views):
    empty = np.zeros((0, 1))
    return Frame(5, 0.1, "training", np.zeros(0, int), empty, empty, views=views)


def confusion(node):
    counts = np.eye(2, dtype=np.int64)
    return View(
        node, "confusion_matrix", 5, {"counts": counts}, {"classes": ("a", "b")}
    )


def test_view_of_a_frame_is_shown_by_the_panel(qtbot, running, engine):
    running.docks.raise_("views")
    engine.tell(frame_with(confusion("confusion")), len(engine.sent))
    panel = running.panels.plots["views"]
    qtbot.waitUntil(lambda: panel.node == "confusion")


def test_click_on_a_view_node_brings_its_view(qtbot, running, engine):
    running.docks.raise_("views")
    both = confusion("other"), confusion("confusion")
    engine.tell(frame_with(*both), len(engine.sent))
    panel = running.panels.plots["views"]
    qtbot.waitUntil(lambda: panel.node == "other")
    running.docks.raise_("log")
    running.canvas.select(["confusion"])
    qtbot.waitUntil(lambda: running.docks.is_visible("views"))
    assert panel.node == "confusion"


@pytest.mark.parametrize(
    ("preset", "comes"), [("spirals", True), ("digits-mlp", True), ("diabetes", False)]
)
def test_pictures_come_forward_with_the_first_run(
    qtbot, window, engine, started, preset, comes
):
    window.document.load_preset(preset)
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    engine.tell(replace(started), len(engine.sent))
    qtbot.waitUntil(lambda: window.session.state == "training")
    qtbot.wait(30)
    assert window.docks.is_visible("views") == comes


def test_kinds_of_views_are_those_of_the_document():
    assert view_kinds(presets.load("xor")) == {"decision_boundary"}
    assert view_kinds(presets.load("diabetes")) == set()


def test_panels_know_whether_a_run_is_on(qtbot, running):
    plots = running.panels.plots
    assert {plot.state for name, plot in plots.items() if name != "log"} == {"training"}
    running.session.state_changed.emit("idle")
    assert plots["loss"].state == "idle"


def test_cards_show_a_stopped_run_again_after_a_look_into_a_block(
    qtbot, running, engine
):
    values = {"loss": 0.5, "accuracy": 0.875}
    told = (Evaluation(5, 0.1, values),)
    engine.tell(replace(frame_with(), evaluations=told), len(engine.sent))
    shown = running.canvas.scene.live
    session = running.session
    qtbot.waitUntil(lambda: bool(session.history.evaluations))
    running.canvas.scene.show_values({})
    running.canvas.scene.path_changed.emit()
    assert shown.values["accuracy"] == ("87.5 %", "validation")
