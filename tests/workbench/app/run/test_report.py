"""A report of the run that shows is made beside the window."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.cli.main import main
from workbench.app.bars.banner import Banner
from workbench.app.run.report import ReportCommand

MADE_MS = 120_000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    words = ["train", "xor", "--steps", "20", "--threads", "1", "--out", str(folder)]
    assert main(words) == 0
    return folder


@pytest.fixture
def desk(qtbot, tmp_path):
    widget, banner = QWidget(), Banner()
    qtbot.addWidget(widget)
    qtbot.addWidget(banner)
    looking = SimpleNamespace(folder="")
    return SimpleNamespace(
        widget=widget,
        banner=banner,
        settings=SimpleNamespace(folder=str(tmp_path)),
        session=SimpleNamespace(looking=looking),
    )


def said(desk):
    """Return the words of the banner, without places where a line may break."""
    return desk.banner.words.text().replace("\u200b", "")


def test_report_is_made_and_offered(qtbot, desk, run, tmp_path, monkeypatch):
    path, opened = tmp_path / "my report.html", []
    chosen = (str(path), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    desk.session.looking.folder = str(run)
    command = ReportCommand(desk)
    assert command.can_write
    command.ask()
    assert not command.can_write
    qtbot.waitUntil(path.exists, timeout=MADE_MS)
    qtbot.waitUntil(lambda: command.can_write, timeout=MADE_MS)
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert str(path) in said(desk)
    desk.banner.buttons[0].click()
    assert [Path(url.toLocalFile()) for url in opened] == [path]


def test_cancelled_report_leaves_the_old_file(qtbot, desk, run, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("before")
    desk.session.looking.folder = str(run)
    command = ReportCommand(desk)
    command.write(str(path))
    desk.banner.buttons[0].click()
    assert command.can_write
    assert desk.banner.isHidden()
    qtbot.wait(50)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_run_that_cannot_be_judged_is_told_in_its_own_words(qtbot, desk, tmp_path):
    desk.session.looking.folder = str(tmp_path)
    command = ReportCommand(desk)
    command.write(str(tmp_path / "report.html"))
    qtbot.waitUntil(lambda: command.can_write, timeout=MADE_MS)
    assert "There is no run in this folder" in said(desk)
    assert not said(desk).startswith("error")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_without_a_run(desk, tmp_path):
    command = ReportCommand(desk)
    assert not command.can_write
    command.write(str(tmp_path / "report.html"))
    assert command._process is None
