"""Weights from files in the window, with an engine that only listens."""

from dataclasses import replace

from engine.graph.edits import Move, ReplaceNode, SetParam
from engine.graph.weights import Start
from engine.protocol import commands
from engine.protocol.messages import Analysis, Failed, Outcome
from engine.protocol.weights import TensorFit, WeightsPreview
from workbench.app.run.weights_dialog import load, rooted


def preview_of(path, *nodes, prefix=""):
    tensors = tuple(
        TensorFit(node, f"{node}.weight", f"{node}.weight", "matched", (1,), (1,))
        for node in nodes
    )
    return WeightsPreview(str(path), prefix, "0" * 64, tensors, nodes)


def weights(window):
    nodes = window.document.project.graph.nodes.values()
    return {node.id: node.weights for node in nodes if node.weights}


def test_loading_is_asked_shown_and_one_undo_step(qtbot, window, engine, tmp_path):
    window.actions_["weights"].trigger()
    dialog = window.controllers.weights.dialog
    dialog.path.setText(str(tmp_path / "net.pt"))
    dialog.ask()
    (asked,) = engine.commands(commands.PreviewWeights)
    assert asked.path == str(tmp_path / "net.pt")
    assert asked.document == window.document.text()
    engine.tell(preview_of(asked.path, "linear1", "scores"), len(engine.sent))
    qtbot.waitUntil(dialog.button.isEnabled)
    dialog.button.click()
    file = str(tmp_path / "net.pt")
    expected = {"linear1": f"{file}#linear1", "scores": f"{file}#scores"}
    assert weights(window) == expected
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert weights(window) == {}
    assert window.controllers.weights.dialog is None


def test_refusal_is_shown_in_the_dialog(qtbot, window, engine, tmp_path):
    window.actions_["weights"].trigger()
    dialog = window.controllers.weights.dialog
    dialog.path.setText(str(tmp_path / "no.pt"))
    dialog.ask()
    engine.tell(Failed("There is nothing"), len(engine.sent))
    qtbot.waitUntil(lambda: dialog.facts.text() == "There is nothing")
    assert not window.banner.isVisible()
    dialog.reject()


def test_answers_about_an_earlier_path_are_passed_over(window, engine, tmp_path):
    window.actions_["weights"].trigger()
    dialog = window.controllers.weights.dialog
    for name in ("a.pt", "b.pt"):
        dialog.path.setText(str(tmp_path / name))
        dialog.ask()
    window.session.weights_previewed.emit(preview_of(tmp_path / "a.pt", "scores"))
    assert not dialog.button.isEnabled()
    window.session.weights_previewed.emit(preview_of(tmp_path / "b.pt", "scores"))
    assert dialog.button.isEnabled()
    dialog.reject()


def test_loading_is_confirmed_in_one_line(window, tmp_path):
    said = []
    window.canvas.notice.connect(said.append)
    window.controllers.weights._apply(
        preview_of(tmp_path / "net.pt", "linear1", "scores")
    )
    assert said == ["2 layers start from net.pt."]
    assert window.session.history.log[-1].text == said[0]


def test_file_beside_the_document_is_kept_relative_and_trained_absolute(
    window, tmp_path
):
    window.document.save(tmp_path / "net.bpw")
    folder = window.document.path.parent
    load(window.document, preview_of(folder / "w" / "net.pt", "scores", prefix="a.b"))
    assert weights(window) == {"scores": "w/net.pt#a.b.scores"}
    node = rooted(window.document).graph.node("scores")
    assert Start.parse(node.weights).path == str(folder / "w" / "net.pt")


def test_weights_that_still_fit_are_kept_in_a_new_run(qtbot, running, engine):
    window = running
    window.document.apply([SetParam("linear1", "out_features", 9)], "Wider")
    qtbot.waitUntil(lambda: window.banner.about == "drift")
    assert [button.text() for button in window.banner.buttons] == [
        "Keep the weights that still fit",
        "Restart with the changes",
    ]
    window.banner.buttons[0].click()
    assert engine.commands(commands.Stop)
    engine.tell(Outcome("stopped", "run", 5, "Stopped"), 1)
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    first, second = engine.commands(commands.Train)
    assert (first.weights_from, second.weights_from) == ("", "run")
    assert second.document == window.document.text()


def test_a_failed_start_leads_to_its_node_until_the_document_changes(
    qtbot, window, engine
):
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    engine.tell(Failed("linear2 does not fit", node="linear2"), len(engine.sent))
    qtbot.waitUntil(window.banner.isVisible)
    assert window.banner.words.text() == "linear2 does not fit"
    (button,) = window.banner.buttons
    assert button.text() == "Show the node"
    button.click()
    assert window.canvas.selection.ids == ["linear2"]
    window.document.apply([Move((("linear2", (5.0, 5.0)),))], "Move")
    assert window.banner.isVisible()
    window.document.apply([SetParam("linear2", "out_features", 9)], "Wider")
    assert not window.banner.isVisible()


def test_places_outside_the_folder_are_asked_about_once(
    qtbot, window, engine, tmp_path
):
    (tmp_path / "project").mkdir()
    window.document.save(tmp_path / "project" / "a.bpw")
    place = str(tmp_path / "private.pt")
    node = window.document.project.graph.nodes["scores"]
    asking = replace(node, weights="../private.pt")
    window.document.apply([ReplaceNode(asking)], "Start from a file")
    window.session.analysis_ready.emit(Analysis(0, {}, (), 0))
    assert place in window.banner.words.text().replace("\u200b", "")
    (button,) = window.banner.buttons
    window.controllers.training.start()
    assert engine.commands(commands.Train) == []
    window.banner.hide()
    window.session.analysis_ready.emit(Analysis(0, {}, (), 0))
    assert not window.banner.isVisible()
    before = len(engine.commands(commands.Check))
    window.controllers.training.start()
    window.banner.buttons[0].click()
    qtbot.waitUntil(lambda: len(engine.commands(commands.Check)) > before)
    assert engine.commands(commands.Check)[-1].allowed == (place,)
    assert window.settings.allowed == [place]
    assert window.controllers.foreign_weights.held == ()
    assert button is not None
