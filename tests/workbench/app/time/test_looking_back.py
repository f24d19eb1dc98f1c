"""Any past step of a run, shown everywhere; and branches from it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.graph.edits import SetParam
from engine.protocol.findings import Finding
from engine.protocol.listing.commands import BranchRun
from engine.protocol.messages import Evaluation, Failed, Frame, Outcome, View
from engine.protocol.past_runs import KeptWeights
from tests.helpers.frames import sample
from workbench.session.curves.history import History
from workbench.session.curves.readings import readings
from workbench.session.curves.trail import Trail, trail_for

STEPS = 60
FAULT = Finding("slow", "Slow learning", "It is slow.", "Wait.", "", step=48)


def view(step):
    return View("grid", "image_grid", step, {"images": np.full((1, 4, 4), float(step))})


def told(step, layers):
    """Return all that an engine tells of a step."""
    values = {"loss": 2.0 / step, "accuracy": step / 100}
    evaluation = Evaluation(step, step / 10, values, best=step == 40)
    return Frame(
        step=step,
        epoch=step / 10,
        state="training",
        steps=np.array([step]),
        losses=np.array([[1 / step]]),
        rates=np.array([[0.01 if step < 30 else 0.002]]),
        sample=sample(step, layers) if step % 3 == 0 else None,
        evaluations=() if step % 10 else (evaluation,),
        changes=(30,) if step == 30 else (),
        findings=(FAULT,) if step == 50 else None,
    )


@pytest.fixture
def past(qtbot, running, engine, started):
    """A window with a run of sixty steps, measured at each third."""
    for step in range(1, STEPS + 1):
        engine.tell(told(step, started.layers), len(engine.sent))
    qtbot.waitUntil(lambda: running.session.history.step == STEPS)
    qtbot.waitUntil(running.controllers.looking_back.bar.isVisible)
    return running


def test_everything_goes_to_a_past_step_and_back(qtbot, past):
    looking, history = past.controllers.looking_back, past.session.history
    qtbot.waitUntil(looking.bar.isVisible)
    newest = history.sample
    looking.go(32)
    assert history.sample.step == 30
    assert readings(history)["accuracy"].value == 0.3
    assert looking.bar.step.text() == "32"
    loss = past.panels.plots["loss"]
    assert loss.canvas.moment_line.isVisible()
    assert loss.canvas.moment_line.value() == 32
    assert past.panels.plots["gradients"].rows.sample.step == 30
    looking.go(None)
    assert history.sample is newest
    assert readings(history)["accuracy"].value == 0.6
    assert not loss.canvas.moment_line.isVisible()


def test_run_that_goes_on_does_not_take_the_eye_away(qtbot, past, engine, started):
    looking, history = past.controllers.looking_back, past.session.history
    looking.go(12)
    new = sample(63, started.layers)
    engine.tell(Frame(63, 6.3, "training", np.array([61, 62, 63]), np.ones((3, 1)),
                      np.ones((3, 1)), sample=new), len(engine.sent))  # fmt: skip
    qtbot.waitUntil(lambda: history.step == 63)
    assert (history.looked_at, history.sample.step) == (12, 12)
    looking.go(None)
    assert history.sample.step == 63


def test_keys_and_mouse_move_the_step(qtbot, past):
    track, history = past.controllers.looking_back.bar.track, past.session.history
    track.setFocus()
    for key, modifier, step in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 59),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 49),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 50),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 60),
    ):
        qtbot.keyClick(track, key, modifier)
        qtbot.waitUntil(lambda step=step: history.looked_at == step)
    qtbot.keyClick(track, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: history.looked_at is None)
    place = QPoint(round(track.x_of(20)), 34)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: history.looked_at in {19, 20, 21})


def test_mouse_snaps_to_a_flag(qtbot, past):
    track, history = past.controllers.looking_back.bar.track, past.session.history
    place = QPoint(round(track.x_of(40)) + 3, 34)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: history.looked_at == 40)


def test_flags_tell_what_happened(past):
    track = past.controllers.looking_back.bar.track
    track.kept = KeptWeights("run", (0, 45, 999))
    found = {flag.kind: flag for flag in track.flags()}
    assert found["best"].step == 40
    assert found["best"].words == "best validation loss 0.0500 at step 40"
    assert found["changed"].words == "learning rate 0.01 → 0.002 at step 30"
    assert (found["found"].step, found["found"].words) == (
        48,
        "Slow learning found at step 48",
    )
    assert [f.step for f in track.flags() if f.kind == "kept"] == [0, 45]
    past.controllers.looking_back.bar.grab()


def test_play_passes_once_and_ends_at_the_newest(qtbot, past):
    looking, history = past.controllers.looking_back, past.session.history
    looking.go(55)
    past.actions_["replay"].trigger()
    assert history.looked_at == 55
    qtbot.waitUntil(lambda: history.looked_at is None)
    assert not looking.can_play or looking.bar.live.isHidden()


def test_branch_goes_on_from_the_nearest_kept_weights(qtbot, past, engine, started):
    looking = past.controllers.looking_back
    looking.bar.track.kept = KeptWeights("run", (10, 40))
    looking.go(30)
    assert looking.bar.branch_step() == 40
    looking.go(20)
    assert looking.bar.branch.text() == "Branch at 10"
    looking.branch()
    engine.tell(Outcome("stopped", "run", STEPS, "Stopped"), len(engine.sent))
    qtbot.waitUntil(lambda: bool(engine.commands(BranchRun)))
    asked = engine.commands(BranchRun)[-1]
    assert (asked.run, asked.from_step) == (started.run, 10)
    assert '"digits' in asked.document
    assert past.session.state == "compiling"


def test_a_new_run_ends_the_playing_and_says_so(qtbot, past, engine, started):
    looking = past.controllers.looking_back
    looking.go(5)
    looking.play()
    assert looking.bar.play.toolTip() == "Pause"
    engine.tell(replace(started, run="other"), len(engine.sent))
    qtbot.waitUntil(lambda: past.session.history.run.run == "other")
    assert looking.bar.play.toolTip() == "Play"


def test_a_refused_branch_leaves_the_last_run_the_last(qtbot, past, engine):
    looking, session = past.controllers.looking_back, past.session
    trained = session.run_document
    engine.tell(Outcome("finished", "run", STEPS, "Done"), len(engine.sent))
    qtbot.waitUntil(lambda: not session.active)
    past.document.apply([SetParam("linear2", "out_features", 9)], "Wider")
    looking.bar.track.kept = KeptWeights("run", (10,))
    looking.go(20)
    bar = past.controllers.finishing.bar
    finish = bar.finish
    looking.branch()
    assert session.run_document != trained
    assert bar.finish is None
    engine.tell(Failed("A branch can't take this along"), len(engine.sent))
    qtbot.waitUntil(lambda: not session.active)
    assert session.run_document == trained
    assert session.state == "finished"
    assert bar.finish == finish is not None
    assert "can't take" in past.banner.words.text()


def test_the_line_stays_where_it_is_when_one_looks_back(qtbot, past):
    bar = past.controllers.looking_back.bar
    bar.track.kept = KeptWeights("run", (10, 40))
    bar.show_moment()
    qtbot.wait(50)
    before = bar.track.geometry()
    for step in (12, 3, None):
        past.controllers.looking_back.go(step)
        qtbot.wait(50)
        assert bar.track.geometry() == before


def test_readout_and_head_say_the_same_validation(past):
    past.controllers.looking_back.go(39)
    loss = past.panels.plots["loss"]
    assert "validation 0.06667" in loss.reading(39)
    assert "validation 0.0667" in loss.figures.words
    assert "validation 0.05" in loss.reading(38.9)


def test_a_layout_brings_no_line_of_time_where_there_is_no_run(qtbot, window):
    bar = window.controllers.looking_back.bar
    bar.show()  # as a layout does that was kept while a run was shown
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_the_line_of_time_comes_with_a_run_not_with_its_first_step(qtbot, running):
    bar = running.controllers.looking_back.bar
    assert running.session.history.step == 0
    qtbot.waitUntil(bar.isVisible)
    assert not bar.grab().isNull()


def test_another_document_has_no_time(qtbot, past):
    past.document.load_preset("xor")
    assert not past.controllers.looking_back.bar.isVisible()
    assert past.session.history.looked_at is None


def test_views_of_the_past_are_shown():
    history = History()
    history.add_views((view(10),))
    history.add_views((view(40),))
    history.look_back(30)
    assert [each.step for each in history.shown_views] == [10]
    history.look_back(None)
    assert history.views["grid"].step == 40


def test_trail_keeps_first_and_newest_and_thins_between():
    trail = Trail(16)
    for step in range(1, 1001):
        trail.put(step, step)
        assert trail.at(10**9) == step
    assert trail.at(0) == 1
    assert len(trail) <= 17
    kept = [*trail.steps]
    assert kept == sorted(set(kept))
    gaps = np.diff(kept[:-1])
    assert gaps.min() == gaps.max()
    for step in range(1, 1001):
        assert trail.at(step) == max(each for each in kept if each <= step)


def test_trail_fits_its_budget():
    assert trail_for(1_000_000, 10_000_000) == 16
    assert trail_for(100_000, 10_000_000) == 100
    assert trail_for(1, 10_000_000) == 512
