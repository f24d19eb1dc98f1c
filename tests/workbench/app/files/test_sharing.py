"""A file that another window has open is told of, whatever else the banner says."""

import pytest

from workbench.document import Document
from workbench.document.files.on_disk import OnDisk


@pytest.fixture
def path(window, tmp_path):
    """A project that another window has open."""
    path = tmp_path / "net.bpw"
    window.document.save(path)
    window.document.load_preset("xor")
    other = OnDisk(document := Document())
    document.load(path)
    yield path
    other.close()


def test_second_window_says_that_another_has_the_file_open(qtbot, window, path):
    window.controllers.files.open_path(path)
    qtbot.waitUntil(lambda: "Another window" in window.banner.words.text())
    assert not window.banner.isHidden()


def test_it_is_said_below_what_is_said_already_with_its_buttons(qtbot, window, path):
    window.controllers.files.open_path(path)
    window.banner.say("warning", "Something else.", [("Do it", lambda: None)])
    qtbot.waitUntil(lambda: "Another window" in window.banner.words.text())
    assert window.banner.words.text().startswith("Something else.\n")
    assert [button.text() for button in window.banner.buttons] == ["Do it"]
