"""A run trained again in the window: what came of it is said, the run stays whole."""

from pathlib import Path
from types import SimpleNamespace

from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from tests.evaluate.test_retraining import first, rows, same, shuffled, weights
from tests.evaluate.test_standing_in import write
from workbench.app.judging.again import AgainCommand
from workbench.document import Document
from workbench.document.data import nodes

MADE_MS = 120_000
__all__ = ["first"]


def again(qtbot, run, path, monkeypatch):
    widget = QWidget()
    qtbot.addWidget(widget)
    looking = SimpleNamespace(folder=str(run))
    session = SimpleNamespace(looking=looking, active=False)
    desk = SimpleNamespace(widget=widget, session=session, document=Document())
    command = AgainCommand(desk)
    assert command.can_ask
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    command.ask()
    return command


def said(command):
    labels = command.dialog.findChildren(QLabel)
    return " ".join(label.text().replace("\u200b", "") for label in labels)


def test_verdict_is_said_and_the_run_stays(qtbot, first, tmp_path, monkeypatch):
    before, path = weights(first), write(tmp_path / "bad.csv", shuffled(rows(300, 3)))
    command = again(qtbot, first, path, monkeypatch)
    qtbot.waitUntil(lambda: "The old run stays" in said(command), timeout=MADE_MS)
    assert "New data" in said(command)
    assert not command.dialog.show_run.isEnabled()
    assert same(before, weights(first))
    command.dialog.leave.click()
    assert command.dialog is None


def test_better_run_is_offered(qtbot, first, tmp_path, monkeypatch):
    path = write(tmp_path / "good.csv", rows(900, 2))
    command, opened = again(qtbot, first, path, monkeypatch), []
    command.open_wanted.connect(opened.append)
    qtbot.waitUntil(lambda: command.dialog.leave.text() == "Close", timeout=MADE_MS)
    assert "The new run is better" in said(command)
    command.dialog.show_run.click()
    (folder,) = opened
    assert folder.startswith(f"{first}-new-")
    assert not same(weights(first), weights(Path(folder)))


def test_other_data_is_refused_in_words(qtbot, first, tmp_path, monkeypatch):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    command = again(qtbot, first, path, monkeypatch)
    qtbot.waitUntil(lambda: command.dialog.leave.text() == "Close", timeout=MADE_MS)
    assert "size" in said(command)
    command.dialog.leave.click()


def test_folder_is_asked_for_where_the_data_is_one(qtbot, tmp_path, monkeypatch):
    opened, asked = Document(), []
    nodes.add(opened, {"source": "file", "path": str(tmp_path)}, (0.0, 0.0))
    widget = QWidget()
    qtbot.addWidget(widget)
    command = AgainCommand(SimpleNamespace(widget=widget, document=opened))
    choice = lambda *words: asked.append(words) or ""  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choice)
    command.ask()
    assert len(asked) == 1
