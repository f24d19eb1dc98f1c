"""Foreign words: never HTML, and never wider than the window that shows them."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, qRgb
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QToolButton, QWidget

from tests.faults import names
from tests.faults._hostile_projects import written
from tests.faults._shown import canvas_tips, tooltips
from workbench.theme import text
from workbench.theme.label import MOST_PX, Label

LETTERS = (300, 300_000)
SLACK_PX = 2


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def widest(window: QWidget) -> int:
    return max(window.width(), window.minimumSizeHint().width())


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("word", ["W", "<b>"])
def test_window_keeps_its_size_whatever_a_project_is_called(
    window, tmp_path, letters, word
):
    path = tmp_path / "named.bpw"
    most_width(window, path, "a")  # opens every panel: several at a side need room
    before = most_width(window, path, "a")
    after = most_width(window, path, word * (letters // len(word)))
    again = most_width(window, path, "a")  # what came meanwhile counts for both
    assert after <= max(before, again) + SLACK_PX, wide_ones(window)


def most_width(window: QWidget, path: Path, name: str) -> int:
    """Return how wide the window must be in any state, all names being `name`."""
    window.controllers.files.open_path(put(path, names.hostile("gan-2d", name)))
    while window.controllers.opening.is_running:
        names.settle(0.01)
    names._tell_problems(window, name)
    found = 0
    for show in names._states(window):
        show()
        names.settle(0.01)
        window.banner.drop()
        window.banner.hide()  # its buttons differ, not its words
        names.settle(0.0)
        found = max(found, window.minimumSizeHint().width())
    return found


@pytest.mark.parametrize("letters", LETTERS)
def test_window_keeps_its_size_when_it_refuses_a_long_type(window, tmp_path, letters):
    names.settle(0.05)
    before = widest(window)
    node = {"id": "a", "type": "w" * letters}
    path = written(graph={"nodes": [node]})(tmp_path)
    window.controllers.files.open_path(path)
    names.settle(0.05)
    assert window.banner.isVisible()
    assert len(window.banner.words.text()) < 1000
    assert widest(window) <= before + SLACK_PX, wide_ones(window)


def wide_ones(window: QWidget) -> list[str]:
    """Return what is wider than it may be, for whoever looks for it."""
    kinds = (QLabel, QPushButton, QToolButton, QComboBox)
    found = [w for kind in kinds for w in window.findChildren(kind)]
    return [
        f"{type(w).__name__} in {type(w.parent()).__name__}: {w.minimumSizeHint()}"
        for w in found
        if w.minimumSizeHint().width() > 500
    ]


def test_every_label_of_the_window_shows_plain_text(window, tmp_path):
    picture = names.PICTURES[0]
    path = put(tmp_path / "html.bpw", names.hostile("gan-2d", picture))
    window.controllers.files.open_path(path)
    names._tell_problems(window, picture)
    said = {*tooltips(window), *canvas_tips(window.canvas)}
    assert [words for words in said if any(m in words[1] for m in names._MARKS)] == []
    assert any("&lt;img" in words for _, words in said)


def test_pictures_in_names_are_drawn_nowhere(window, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(qRgb(*names.RED))
    picture.save("red.png")
    label = QLabel(names.PICTURES[0])
    assert names.red_pixels(label.grab().toImage()) > 1000  # Qt would draw it
    assert list(names._faults(window, "gan-2d", names.PICTURES[0])) == []


def test_label_is_plain_and_never_asks_for_much(qtbot):
    label = Label("<b>" + "w" * 5000)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() <= MOST_PX
    label.setWordWrap(True)
    assert label.minimumSizeHint().width() <= MOST_PX
    assert label.text().replace("\u200b", "") == "<b>" + "w" * 5000


def test_tip_is_literal_in_lines():
    assert text.tip("") == ""
    assert text.tip("a <b>\nc") == "<qt>a &lt;b&gt;<br>c</qt>"
    assert len(text.tip("w" * 300_000)) < 1000


def test_hostile_preset_is_a_project_with_these_names():
    record = json.loads(names.hostile("gan-2d", "x"))
    assert {note["text"] for note in record["notes"]} == {"x"}
