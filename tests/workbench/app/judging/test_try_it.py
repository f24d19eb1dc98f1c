"""A run is tried in the window: by hand, with a file, and with a whole file."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.cli.main import main
from tests.evaluate.test_standing_in import trained
from workbench.app.judging.try_it import TryCommand
from workbench.dialogs.judging.answer import AnswerPane
from workbench.dialogs.judging.inputs import made
from workbench.dialogs.judging.try_it import TryDialog
from workbench.document.document import Document

MADE_MS = 120_000
__all__ = ["trained"]


@pytest.fixture
def desk(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    session = SimpleNamespace(looking=SimpleNamespace(folder=""))
    return SimpleNamespace(widget=widget, session=session, document=Document())


def opened(qtbot, desk, run):
    desk.session.looking.folder = str(run)
    command = TryCommand(desk)
    command.show()
    qtbot.waitUntil(lambda: bool(command.dialog.inputs), timeout=MADE_MS)
    return command, command.dialog


def test_row_is_answered_as_a_file_with_it_is(qtbot, desk, trained, tmp_path):
    run, file, _ = trained
    command, dialog = opened(qtbot, desk, run)
    row = dialog.inputs["features"]
    row.cells["height"].setText("1010")
    row.cells["town"].setCurrentIndex(1)
    row.cells["size"].selectAll()
    qtbot.keyClicks(row.cells["size"], "4.25")
    (tmp_path / "one.csv").write_text("size,height,town\n4.25,1010,south\n")
    out = tmp_path / "out.csv"
    words = [str(run), str(tmp_path / "one.csv"), "--out", str(out)]
    assert main(["predict", *words]) == 0
    with out.open(newline="") as written:
        (told,) = csv.DictReader(written)
    share = f"{100 * min(float(told['share']), 0.999):.1f}"
    qtbot.waitUntil(lambda: dialog.answer.title.text() == told["answer"]
                    and share in dialog.answer.words.text(),
                    timeout=MADE_MS)  # fmt: skip
    assert len(dialog.answer.bars.rows) == 3
    row.cells["size"].setText("many")
    qtbot.waitUntil(lambda: "no number" in dialog.answer.words.text(), timeout=MADE_MS)
    dialog.open_file(str(file))
    qtbot.waitUntil(lambda: dialog.answer.bars.rows != [], timeout=MADE_MS)
    dialog.reject()
    assert command.dialog is None


def test_whole_file_is_answered(qtbot, desk, trained, tmp_path, monkeypatch):
    run, file, table = trained
    out = tmp_path / "answers.csv"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    _, dialog = opened(qtbot, desk, run)
    qtbot.mouseClick(dialog.batch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: str(len(table)) in dialog.note.text(), timeout=MADE_MS)
    with out.open(newline="") as written:
        assert len(list(csv.DictReader(written))) == len(table)
    dialog.reject()


def test_drawing_is_answered(qtbot, desk, tmp_path):
    run = tmp_path / "run"
    words = ["--steps", "5", "--threads", "1", "--out", str(run)]
    assert main(["train", "digits-mlp", *words]) == 0
    _, dialog = opened(qtbot, desk, run)
    sheet = dialog.inputs["image"].sheet
    assert dialog.inputs["image"].value is None
    qtbot.mousePress(sheet, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    qtbot.mouseMove(sheet, QPoint(120, 190))
    qtbot.mouseRelease(sheet, Qt.MouseButton.LeftButton, pos=QPoint(120, 190))
    values = dialog.inputs["image"].value
    assert len(values) == 64
    assert 0 <= min(values) < 1 < max(values) <= 16
    qtbot.waitUntil(lambda: len(dialog.answer.bars.rows) == 10, timeout=MADE_MS)
    dialog.reject()


def test_run_that_is_none_is_said(qtbot, desk, tmp_path):
    desk.session.looking.folder = str(tmp_path)
    command = TryCommand(desk)
    command.show()
    head = command.dialog.head
    qtbot.waitUntil(lambda: "no run" in head.text().replace("\u200b", ""),
                    timeout=MADE_MS)  # fmt: skip
    command.dialog.reject()


def test_folder_of_samples_is_answered_as_a_whole(qtbot, tmp_path, monkeypatch):
    dialog = TryDialog()
    qtbot.addWidget(dialog)
    inputs = [{"kind": "file", "port": "signal", "shape": [1, 8]}]
    ready = {"name": "a", "step": 1, "takes_files": True, "is_folder": True}
    dialog.show_record({"ready": {**ready, "inputs": inputs}})
    assert "folder" in dialog.batch.text()
    places = str(tmp_path / "sounds"), str(tmp_path / "out.csv")
    begun = []

    def choose(*given):
        begun.append(given[2])
        return places[0]

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (places[1], ""))
    dialog.home = str(tmp_path)
    with qtbot.waitSignal(dialog.batch_wanted) as told:
        dialog.batch.click()
    assert begun == [str(tmp_path)]
    assert tuple(told.args) == places
    qtbot.waitUntil(lambda: not dialog._soon.isActive())


def test_colours_are_drawn_as_they_are_chosen(qtbot):
    found = made({"kind": "image", "shape": [3, 21, 21], "high": 255.0})
    qtbot.addWidget(found)
    found.show()
    qtbot.waitExposed(found)
    places = {"Red": QPoint(60, 60), "Blue": QPoint(190, 190)}
    for button in found.colours.buttons:
        if spot := places.get(button.accessibleName()):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
            qtbot.mouseClick(found.sheet, Qt.MouseButton.LeftButton, pos=spot)
    pixels = np.array(found.value).reshape(3, 21, 21)
    red, blue = pixels[:, 5, 5], pixels[:, 15, 15]  # 12 pixels of the sheet are one
    assert red[0] > 4 * max(red[1:])
    assert blue[2] > 2 * max(blue[:2])
    assert min(red[0], blue[2]) > 100
    assert pixels[:, 5, 15].max() == 0
    grey = made({"kind": "image", "shape": [1, 8, 8]})
    qtbot.addWidget(grey)
    assert grey.colours is None


def test_nothing_but_nearly_sure_is_called_certain(qapp):
    pane = AnswerPane()
    record = {"kind": "classes", "names": ["yes", "no"], "values": [0.99996, 0.00004]}
    pane.show_answer(record)
    assert pane.words.text() == "over 99.9\u202f% sure"
    pane.show_answer({**record, "values": [0.9946, 0.0054]})
    assert pane.words.text() == "99.5\u202f% sure"
