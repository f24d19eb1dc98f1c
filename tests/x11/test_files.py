"""Two windows, and files that others change, on a real display."""

import json
import os
import time

import pytest

from workbench.document import Document

TITLE = "window.document.project.name"
NODES = "sorted(window.document.project.graph.nodes)"


@pytest.fixture
def path(qapp, tmp_path):
    """A project in a file."""
    path = tmp_path / "net.bpw"
    document = Document()
    document.load_preset("xor")
    document.save(path)
    return path


def _renamed(path, name):
    """Return the text of a project under another name."""
    return json.dumps(json.loads(path.read_text()) | {"name": name})


def _open(desk, path):
    desk.ask(f"window.controllers.files.reload(Path({str(path)!r}))")


def _rename(desk, name):
    desk.ask(f"actions.rename(window.document, 'tanh', {name!r})")


def _click(desk, words):
    desk.raise_()
    desk.display.click(*desk.ask(f"offer({words!r})"))


def _replace(path, text):
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text)
    fresh.rename(path)


WAYS = {"in place": lambda path, text: path.write_text(text), "by a rename": _replace}


@pytest.mark.parametrize("way", WAYS)
def test_file_that_another_program_changes_is_told_and_reloaded(desk, path, way):
    _open(desk, path)
    WAYS[way](path, _renamed(path, "Other"))
    desk.wait("'Another program' in banner()")
    _click(desk, "Reload")
    desk.wait(f"{TITLE} == 'Other'")
    assert desk.ask("banner()") == ""
    WAYS[way](path, _renamed(path, "Third"))  # It is watched still.
    desk.wait("'Another program' in banner()")


def test_save_over_a_changed_file_asks_and_the_answer_counts(desk, path):
    _open(desk, path)
    _rename(desk, "Mine")
    text = _renamed(path, "Theirs")
    path.write_text(text)
    desk.raise_()
    desk.press("Ctrl+S")
    desk.opens("QMessageBox")
    desk.press("Esc")
    desk.is_back()
    assert path.read_text() == text
    desk.press("Ctrl+S")
    desk.opens("QMessageBox")
    button = "[b for b in QApplication.activeModalWidget().buttons() " \
             "if b.text() == 'Overwrite'][0]"  # fmt: skip
    desk.display.click(*desk.ask(f"middle({button})"))
    desk.wait("not window.document.is_modified")
    assert "Mine" in path.read_text()
    _rename(desk, "Again")
    desk.press("Ctrl+S")  # What was overwritten is known now.
    desk.wait("not window.document.is_modified")
    assert desk.ask("front()") == ""


def test_same_content_again_a_touch_and_our_own_save_ask_nothing(desk, path):
    _open(desk, path)
    os.utime(path)
    _replace(path, path.read_text())
    _rename(desk, "Mine")
    desk.press("Ctrl+S")
    desk.wait("not window.document.is_modified")
    time.sleep(0.6)  # longer than a change settles
    assert desk.ask("[banner(), front()]") == ["", ""]


def test_file_that_is_gone_is_told_and_written_anew(desk, path):
    _open(desk, path)
    path.unlink()
    desk.wait("'moved or deleted' in banner()")
    _rename(desk, "Mine")
    desk.press("Ctrl+S")
    desk.wait("not window.document.is_modified")
    assert "Mine" in path.read_text()


def test_second_window_on_a_file_says_so_and_neither_overwrites_the_other(opened, path):
    first = opened(str(path))
    second = opened(str(path))
    assert "Another window" in second.ask("banner()")
    _rename(first, "First")
    first.raise_()
    first.press("Ctrl+S")
    first.wait("not window.document.is_modified")
    second.wait("'Another program has changed' in banner()")
    _rename(second, "Second")
    second.raise_()
    second.press("Ctrl+S")
    second.opens("QMessageBox")
    second.press("Esc")
    second.is_back()
    assert "First" in path.read_text()
    assert "Second" not in path.read_text()


def test_living_work_is_not_offered_and_that_of_a_killed_window_is(opened):
    first = opened("xor")
    _rename(first, "Precious")
    first.wait("window.recovery.path.exists()", 3.0)
    second = opened()
    assert second.ask("banner()") == ""
    second.raise_()
    second.press("Ctrl+Q")
    assert second.ended() == 0
    assert first.ask("window.recovery.path.exists()")
    first.kill()
    third = opened()
    third.wait("'ended without saving' in banner()")
    _click(third, "Restore")
    third.wait("window.document.project.graph.node('tanh').name == 'Precious'")
    assert third.complaints() == []
