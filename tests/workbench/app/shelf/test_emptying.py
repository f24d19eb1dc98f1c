import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from engine.training.listing import emptying
from workbench.app.shelf import emptying as asking


@pytest.fixture
def runs(window):
    """Return the folder with two runs in its trash, 3,500 bytes together."""
    there = window.session.runs_folder
    for name, size in (("a", 1000), ("b", 2500)):
        run = there / ".trash" / name
        run.mkdir(parents=True)
        (run / "weights").write_bytes(bytes(size))
    return there


def test_trash_is_emptied_when_somebody_wants_that(qtbot, window, runs, monkeypatch):
    asked = []
    monkeypatch.setattr(
        asking, "is_wanted", lambda _parent, *said: asked.append(said) or True
    )
    window.controllers.runs.empty_trash()
    qtbot.waitUntil(lambda: "3.42\u202fKiB" in window.banner.words.text())
    assert asked == [(2, 3500)]
    assert window.banner.words.text().startswith("2 runs are deleted for good")
    assert not [*(runs / ".trash").iterdir()]
    window.controllers.runs.empty_trash()
    qtbot.waitUntil(lambda: window.banner.words.text() == "The trash is empty.")


def test_who_cancels_keeps_everything(qtbot, window, runs, monkeypatch):
    seen = []

    def look():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append((box.text(), box.informativeText(), box.defaultButton().text()))
        box.reject()

    QTimer.singleShot(0, look)
    assert not asking.is_wanted(window, 2, 3500)
    [(question, more, default)] = seen
    assert question == "Delete 2 runs in the trash for good?"
    assert "3.42\u202fKiB" in more
    assert "Cancel" in default
    monkeypatch.setattr(asking, "is_wanted", lambda *_said: False)
    window.controllers.runs.empty_trash()
    qtbot.wait(150)
    assert len([*(runs / ".trash").iterdir()]) == 2


def test_run_that_is_gone_for_good_is_not_offered_to_be_taken_back(
    qtbot, window, runs, monkeypatch
):
    monkeypatch.setattr(asking, "is_wanted", lambda *_said: True)
    controller = window.controllers.runs
    controller._gone = [("a", "x"), ("b",)]
    controller.empty_trash()
    qtbot.waitUntil(lambda: controller._gone == [("x",)])


def test_large_trash_goes_in_parts(qtbot, window, runs, monkeypatch):
    monkeypatch.setattr(asking, "is_wanted", lambda *_said: True)
    monkeypatch.setattr(emptying, "PART", 1)
    monkeypatch.setattr(emptying, "PART_S", -1.0)
    window.controllers.runs.empty_trash()
    qtbot.waitUntil(lambda: "2 runs are deleted" in window.banner.words.text())
    assert not [*(runs / ".trash").iterdir()]
