"""The room Explain with a real engine: what it prints is held against numpy."""

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.host import connect
from engine.protocol import tracing
from engine.protocol.tracing import BATCH
from tests.workbench.app.helpers import discard
from workbench.app import window as app_window
from workbench.app.window import MainWindow
from workbench.document import actions
from workbench.document.settings import Settings
from workbench.explain.sample_bar import SampleBar
from workbench.session.session import Session

_NUMBER = r"−?\d[\d,]*\.?\d*(?:e−?\d+|·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def value(text: str) -> float:
    """Read a number as it is printed."""
    return float(text.replace("·10", "e").replace(",", "").translate(_PLAIN))


@pytest.fixture
def window(qtbot, qapp, tmp_path, monkeypatch):
    # An engine on a thread can't be killed: on a busy machine it needs its time.
    monkeypatch.setattr(app_window, "LEAST_CLOSE_S", 60.0)
    session = Session(connect, tmp_path / "runs")
    window = MainWindow(session, Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.document.load_preset("digits-mlp")
    window.resize(1440, 900)
    window.show()
    qtbot.waitUntil(lambda: session.engine_ready, timeout=60_000)
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=20_000)
    window.rooms.enter("explain")
    scope = window.controllers.explaining.views.microscope
    qtbot.waitUntil(lambda: scope.opened is not None, timeout=60_000)
    qtbot.waitUntil(lambda: scope.why is not None and scope.batch is not None)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


def look(qtbot, window, part, path, side=""):
    """Go to a stop, and return its tensors by name."""
    scope = window.controllers.explaining.views.microscope
    scope.go_to(part)
    scope.look_at(path)
    qtbot.waitUntil(lambda: scope.opened is not None and scope.opened.node == path)
    if side:
        scope.show_side(side)
    return {piece.name: piece.values for piece in scope.opened.pieces}


def written(qtbot, window, name, cell):
    """Point at a number, and return what is printed of it."""
    views = window.controllers.explaining.views
    with qtbot.waitSignal(views.microscope.written):
        views.page.pointed.emit(name, cell)
    return views.page.card.text


def last(text: str) -> float:
    return value(re.findall(_NUMBER, text)[-1])


def test_the_room_is_entered_walked_and_left(qtbot, window):
    made = window.controllers.explaining
    views, scope = made.views, made.views.microscope
    assert views.page.isVisible()
    assert not window.tools.run.isVisible()
    assert not window.docks["inspector"].isVisible()
    stops = scope.walk.stops
    assert {stop.part for stop in stops} == {"forward", "loss", "backward", "update"}
    for at in range(1, len(stops)):
        assert window.actions_["step"].isEnabled()
        window.actions_["step"].trigger()
        assert scope.walk.at == at
    assert not made.can_go_on
    views.bar.back.click()
    assert scope.walk.at == len(stops) - 2
    assert window.canvas.walked.trail.current == scope.walk.stop.path
    window.canvas.scene.select([])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.rooms.current.id == "build"
    assert window.tools.run.isVisible()
    assert window.docks["inspector"].isVisible()
    assert window.canvas.walked.trail is None


def test_a_card_that_is_selected_is_looked_at(qtbot, window):
    scope = window.controllers.explaining.views.microscope
    scope.go_to("backward")
    window.canvas.select(["linear2"])
    assert scope.walk.stop == ("backward", "linear2")


def test_an_output_is_printed_as_numpy_computes_it(qtbot, window):
    found = look(qtbot, window, "forward", "scores")
    z_K = found["weight:weight"] @ found["input0"] + found["weight:bias"]
    for unit in (0, 3, 9):
        text = written(qtbot, window, "output0", (unit,))
        assert value(text.split("\n")[0].split(" = ")[1]) == pytest.approx(
            z_K[unit], rel=6e-3
        )
        assert last(text) == pytest.approx(z_K[unit], rel=6e-3)


def test_a_gradient_is_printed_as_numpy_computes_it(qtbot, window):
    found = look(qtbot, window, "backward", "scores")
    outer = np.outer(found["upstream0"], found["input0"])
    unit, feature = np.unravel_index(np.abs(outer).argmax(), outer.shape)
    text = written(qtbot, window, "gradient:weight", (int(unit), int(feature)))
    assert last(text) == pytest.approx(outer[unit, feature], rel=6e-3)
    given = found["weight:weight"].T @ found["upstream0"]
    text = written(qtbot, window, "given0", (int(feature),))
    assert last(text) == pytest.approx(given[feature], rel=6e-3)


def test_the_mean_of_the_batch_has_the_gradient_of_the_whole_batch(qtbot, window):
    scope = window.controllers.explaining.views.microscope
    look(qtbot, window, "backward", "scores")
    scope.pick_sample(BATCH)
    qtbot.waitUntil(lambda: scope.opened.sample == BATCH)
    found = {piece.name: piece.values for piece in scope.opened.pieces}
    cell = scope.why.cell
    assert found["gradient:weight"][cell] == pytest.approx(scope.why.gradient, rel=1e-4)
    text = written(qtbot, window, "gradient:weight", cell)
    assert last(text) == pytest.approx(scope.why.gradient, rel=6e-3)


def test_the_rows_of_an_update_sum_to_what_the_weight_becomes(qtbot, window):
    look(qtbot, window, "update", "scores")
    views = window.controllers.explaining.views
    qtbot.waitUntil(lambda: views.microscope.why.node == "scores")
    lines = views.page.rows.text.split("\n")
    numbers = [
        value(re.findall(r"[−+]?\d[\d.,]*(?:·10[⁻⁰-⁹¹²³]+)?", line)[-1])
        for line in lines[: len(views.page.rows.rows)]
    ]
    before, *terms, after = numbers
    assert sum(terms) == pytest.approx(after - before, rel=0.02, abs=2e-5)


def test_the_samples_are_printed_with_their_sum(qtbot, window):
    views = window.controllers.explaining.views
    look(qtbot, window, "backward", "scores")
    qtbot.waitUntil(lambda: views.microscope.why.node == "scores")
    why = views.microscope.why
    text = views.pane.samples.text
    assert last(text) == pytest.approx(-why.samples.sum(), rel=6e-3)
    assert why.samples.sum() == pytest.approx(why.gradient, rel=1e-4)


def test_a_sample_that_is_clicked_is_looked_at(qtbot, window):
    views = window.controllers.explaining.views
    views.pane.samples.picked.emit(5)
    assert views.microscope.sample == 5
    assert "6" in views.page.samples.title.text()


def test_paths_are_looked_for_when_somebody_wants_to_see_them(qtbot, window):
    views = window.controllers.explaining.views
    views.pane.show_way("paths")
    qtbot.waitUntil(lambda: bool(views.pane.routes.lines()))
    printed = [
        value(
            re.findall(r"\d[\d.]*(?:·10[⁻⁰-⁹¹²³]+)?|−", line)[0]
            if line[0] != "−"
            else "-" + line.split(" ")[0][1:]
        )
        for line in views.pane.routes.lines()
    ]
    assert sum(printed) == pytest.approx(views.microscope.why.gradient, rel=0.01)


def test_another_weight_is_tried_beside_what_its_gradient_foretells(qtbot, window):
    views = window.controllers.explaining.views
    views.pane.show_way("trial")
    qtbot.waitUntil(lambda: views.pane.trial.told is not None)
    why = views.microscope.why
    assert len(views.pane.trial.told.values)
    views.pane.trial.value.setText("0,25")
    qtbot.keyClick(views.pane.trial.value, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: views.pane.trial.told.value == 0.25)
    assert len(views.pane.trial.told.values)
    told = views.pane.trial.told
    printed = [value(n) for n in re.findall(_NUMBER, views.pane.trial.loss.text())]
    foretold = told.before + why.gradient * (0.25 - why.before)
    held = views.microscope.walk.held.total
    assert printed == pytest.approx([held, told.after, foretold], rel=1e-4)


def test_softmax_and_loss_are_those_of_numpy(qtbot, window):
    found = look(qtbot, window, "backward", "loss")
    (plate,) = window.controllers.explaining.views.page.body.page.plates
    z_C = found["input0"]
    p_C = np.exp(z_C) / np.exp(z_C).sum()
    np.testing.assert_allclose(plate.share_C, p_C, rtol=1e-6)
    samples = window.controllers.explaining.views.microscope.walk.held.samples
    expected = (p_C - np.eye(len(z_C))[plate.label]) / samples
    np.testing.assert_allclose(plate.delta, expected, atol=1e-8)
    assert plate.loss == pytest.approx(-np.log(p_C[plate.label]), rel=1e-6)


def test_what_is_refused_is_said_and_changes_nothing(qtbot, window):
    views = window.controllers.explaining.views
    look(qtbot, window, "forward", "scores")
    before = views.microscope.opened
    with qtbot.waitSignal(views.microscope.failed) as told:
        views.page.cut_wanted.emit("weight:weight", "99:120")
    assert "99:120" in told.args[0]
    assert views.microscope.opened is before


def test_an_edit_holds_the_new_network(qtbot, window):
    scope = window.controllers.explaining.views.microscope
    with qtbot.waitSignal(scope.held, timeout=30_000):
        window.canvas.attempt(actions.set_param, ["linear1"], "out_features", 20)
    node = scope.walk.nodes["linear1"]
    assert node.outputs[0].shape[1] == 20


def test_a_network_that_cannot_be_trained_is_not_shown_as_held(qtbot, window):
    made = window.controllers.explaining
    scope, page = made.views.microscope, made.views.page
    look(qtbot, window, "forward", "scores")
    at = scope.walk.at
    window.canvas.attempt(actions.remove, ["linear1"])
    qtbot.waitUntil(lambda: bool(scope.refused), timeout=30_000)
    assert scope.walk is None
    assert "Nothing is connected" in scope.refused
    assert not page.body.page.plates
    assert not made.can_go_on
    assert window.canvas.walked.trail is None
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: scope.walk is not None, timeout=30_000)
    assert scope.walk.at == at
    assert scope.walk.held.epoch == 0.0


def test_going_in_and_out_leaves_the_window_as_large_as_it_was(qtbot, window):
    size = window.size()
    for room in ("train", "explain", "build", "explain", "train"):
        window.rooms.enter(room)
        qtbot.wait(50)
        assert window.size() == size


def test_kind_shapes_and_weights_are_not_cut_off(qtbot, window):
    look(qtbot, window, "forward", "linear1")
    label = window.controllers.explaining.views.page.subtitle
    assert "weights" in label.text()
    assert label.sizeHint().width() <= label.width()


def test_an_answer_that_comes_after_one_has_left_draws_nothing(qtbot, window):
    scope = window.controllers.explaining.views.microscope
    held = scope.walk.held
    window.rooms.enter("train")
    window.session.tracing.answered.emit(tracing.HoldStep(), held)
    assert scope.walk is None
    assert window.canvas.walked.trail is None


def test_the_loss_around_all_weights_is_mapped_part_by_part(qtbot, window):
    views = window.controllers.explaining.views
    scope = views.microscope
    views.pane.show_way("around")
    qtbot.waitUntil(
        lambda: scope.around is not None and scope.around.is_whole, timeout=120_000
    )
    losses, total = scope.around.losses, scope.around.told.total
    assert losses[12, 12] == pytest.approx(total, rel=1e-5)
    assert total == pytest.approx(scope.walk.held.total, rel=1e-6)
    printed = [
        value(each) for each in re.findall(_NUMBER, views.pane.around.here.text())
    ]
    assert printed[0] == pytest.approx(total, rel=1e-4)
    assert printed[1] == 625
    assert printed[-1] == pytest.approx(losses.max(), rel=1e-4)


def test_a_sample_of_many_columns_takes_no_room_from_the_rest(qtbot):
    bar = SampleBar()
    qtbot.addWidget(bar)
    bar.words.setText(" · ".join(f"column {n} 1.00" for n in range(60)))
    assert bar.minimumSizeHint().width() < 420
    assert "column 9" in bar.words.toolTip()
