"""Recent runs beside their scores, to load weights from."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.graph.files import serialize
from engine.graph.model import Project
from workbench.dialogs.recent_runs import MOST
from workbench.dialogs.weights import WeightsDialog

SHA = "0" * 64


def make(folder, name, *, title="Net", losses=(0.5,), step=120, **fields):
    """Write a run as the engine does: its account alone."""
    place = folder / name
    place.mkdir(parents=True)
    kept = [
        {"file": f"c{i}.safetensors", "sha256": SHA, "step": step - i,
         "kind": "best", "loss": loss}
        for i, loss in enumerate(losses)
    ]  # fmt: skip
    info = {
        "format": "backprop-workbench-run", "version": 1, "state": "finished",
        "document": serialize.dumps(Project(name=title)), "name": title,
        "created": "2031-05-06T07:08:09+00:00", "checkpoints": kept,
        "checkpoint": kept[0], **fields,
    }  # fmt: skip
    (place / "run.json").write_text(json.dumps(info))
    return place


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def opened(qtbot, tmp_path, runs):
    windows = []

    def show():
        window = QWidget()
        qtbot.addWidget(window)
        dialog = WeightsDialog(tmp_path, runs, window)
        windows.append((window, dialog))
        with qtbot.waitSignal(dialog.recent.filled):
            dialog.show()
        return dialog

    yield show
    for _, dialog in windows:
        dialog.reject()


def rows(dialog):
    tree = dialog.recent
    items = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [[item.text(column) for column in range(3)] for item in items]


def test_newest_runs_stand_first_with_the_best_loss_and_the_step(runs, opened):
    make(runs, "20310506T0700-a", title="Old", losses=(0.75, 0.5), step=1200)
    make(runs, "20310507T0700-b", title="New <b>", losses=(None,), step=64)
    dialog = opened()
    assert rows(dialog) == [["New <b>", "—", "64"], ["Old", "0.5", "1,200"]]
    assert dialog.recent.isVisible()
    assert not dialog.table.isVisible()


def test_a_click_picks_the_run_and_asks_how_it_fits(qtbot, runs, opened):
    place = make(runs, "20310506T0700-a")
    dialog = opened()
    rect = dialog.recent.visualItemRect(dialog.recent.topLevelItem(0))
    with qtbot.waitSignal(dialog.wanted) as asked:
        qtbot.mouseClick(
            dialog.recent.viewport(), Qt.MouseButton.LeftButton, pos=rect.center()
        )
    assert asked.args == [str(place), ""]
    assert dialog.path.text() == str(place)


def test_enter_picks_too_and_an_empty_path_brings_the_list_back(qtbot, runs, opened):
    place = make(runs, "20310506T0700-a")
    dialog = opened()
    dialog.recent.setFocus()
    dialog.recent.setCurrentItem(dialog.recent.topLevelItem(0))
    qtbot.keyClick(dialog.recent, Qt.Key.Key_Return)
    assert dialog.path.text() == str(place)
    dialog.path.clear()
    assert dialog.recent.isVisible()


def test_what_is_no_run_is_left_out(runs, opened):
    make(runs, "20310506T0700-a", title="Good")
    (make(runs, "20310506T0701-b") / "run.json").write_text("{}")
    make(runs, "20310506T0702-c", state="no state")
    (runs / "20310506T0703-d").mkdir()
    (runs / "notes.txt").write_text("x")
    large = make(runs, "20310506T0704-e", title="x" * 5_000_000)
    assert (large / "run.json").stat().st_size > 4_194_304
    assert [row[0] for row in rows(opened())] == ["Good"]


def test_without_runs_it_says_so(opened):
    dialog = opened()
    assert rows(dialog)[0][0] == "None yet: Train makes the first."


def test_many_runs_are_cut_to_the_newest(runs, opened):
    for number in range(MOST + 5):
        make(runs, f"20310506T07{number:02}-a", title=str(number))
    found = rows(opened())
    assert len(found) == MOST
    assert found[0][0] == str(MOST + 4)
