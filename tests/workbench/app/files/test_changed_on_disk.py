"""What is said of a file that is not what it was, and what is offered."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from engine.graph.edits import Rename


@pytest.fixture
def path(window, tmp_path):
    """The file of the window's document, with an edit that is not in it."""
    path = tmp_path / "net.bpw"
    window.document.save(path)
    window.document.apply([Rename("Mine")], "Rename")
    return path


@pytest.fixture
def answer(window):
    """Answer the questions that come, in order; gives their words."""
    asked, answers = [], []

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and answers:
            asked.append(box.text())
            words = answers.pop(0)
            next(b for b in box.buttons() if b.text().replace("&", "") == words).click()

    timer = QTimer(window)
    timer.timeout.connect(look)
    timer.start(20)
    yield lambda *words: answers.extend(words) or asked
    timer.stop()
    assert answers == []


def offers(window):
    return [button.text() for button in window.banner.buttons]


def test_read_only_file_is_replaced_only_when_somebody_says_so(window, path, answer):
    path.chmod(0o444)
    before = path.read_bytes()
    asked = answer("Cancel")
    assert not window.controllers.files.save()
    assert path.read_bytes() == before
    assert asked == ["“net.bpw” is read-only."]
    answer("Overwrite")
    assert window.controllers.files.save()
    assert "Mine" in path.read_text("utf-8")


def test_second_change_while_it_asks_is_asked_about_too(window, path, answer):
    path.write_text("theirs", "utf-8")
    asked = answer("Overwrite", "Cancel")
    whole = window.controllers.changed_on_disk.on_disk.take

    def take(word):
        path.write_text("theirs, again", "utf-8")
        whole(word)

    window.controllers.changed_on_disk.on_disk.take = take
    known = window.document.known
    assert not window.controllers.files.save()
    assert len(asked) == 2
    assert path.read_text("utf-8") == "theirs, again"
    assert window.document.known == known  # Cancelled is as if nobody had asked.


def test_change_between_question_and_writing_is_asked_about(
    window, path, answer, monkeypatch
):
    asked = answer("Cancel")
    whole = window.controllers.guard.check

    def check():
        path.write_text("theirs", "utf-8")
        whole()

    window.controllers.guard.check = check
    assert not window.controllers.files.save()
    assert len(asked) == 1
    assert path.read_text("utf-8") == "theirs"


def test_broken_file_is_not_reloaded_and_both_sides_stay_offered(qtbot, window, path):
    path.write_text("{", "utf-8")
    qtbot.waitUntil(lambda: "Reload" in offers(window), timeout=5000)
    window.banner.buttons[offers(window).index("Reload")].click()
    assert "net.bpw" in window.banner.words.text()
    assert offers(window) == ["Reload", "Keep mine", "Save as…"]
    assert window.document.project.name == "Mine"


def test_save_that_fails_offers_another_place(window, path):
    path.unlink()
    path.mkdir()
    assert not window.controllers.files.save()
    assert offers(window) == ["Save as…"]
    assert window.document.is_modified


@pytest.mark.parametrize("word", ["Cancel", "Replace"])
def test_name_without_suffix_replaces_no_file_unasked(
    window, path, answer, monkeypatch, word
):
    precious = path.with_name("precious.bpw")
    precious.write_text("precious", "utf-8")
    typed = (str(precious.with_suffix("")), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: typed)
    asked = answer(word)
    assert window.controllers.files.save_as() == (word == "Replace")
    assert asked == ["“precious.bpw” exists already."]
    assert (precious.read_text("utf-8") == "precious") == (word == "Cancel")


def test_what_is_kept_comes_back_after_other_words_until_it_is_answered(window):
    done = []
    banner = window.banner
    banner.keep("warning", "Kept.", [("Do it", lambda: done.append(1))])
    banner.say("error", "Something else.", about="else")
    banner.withdraw("else")
    assert banner.words.text() == "Kept."
    banner.buttons[0].click()
    assert done == [1]
    banner.say("info", "Something else.")
    banner.drop()
    assert banner.words.text() == "Something else."
    banner.hide()
    assert banner.isHidden()


def test_what_is_kept_goes_when_it_is_dismissed(window):
    window.banner.keep("warning", "Kept.", [])
    window.banner.dismiss()
    assert window.banner.isHidden()
    window.banner.say("info", "Something else.")
    window.banner.hide()
    assert window.banner.isHidden()
