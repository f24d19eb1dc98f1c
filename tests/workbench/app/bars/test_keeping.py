"""A choice that the disk doesn't take is said, and lives on in the window."""

import pytest

from workbench import theme
from workbench.document.settings import Settings


@pytest.fixture
def full_disk(monkeypatch):
    monkeypatch.setattr(Settings, "save", lambda _: False)


def choose_language(window, name):
    menu = window.actions_.menus["language"]
    menu.aboutToShow.emit()
    [action] = [action for action in menu.actions() if action.text() == name]
    action.trigger()


@pytest.mark.parametrize("choice", ["theme", "motion", "language"])
def test_choice_that_cannot_be_written_is_said(window, full_disk, choice):
    view = window.controllers.view
    if choice == "theme":
        before = theme.current().name
        view.flip_theme()
        assert theme.current().name != before
        view.flip_theme()
    elif choice == "motion":
        view.flip_motion()
    else:
        choose_language(window, "日本語")
        assert window.settings.language == "ja"
    assert "can't be written" in window.banner.words.text()


def test_language_is_promised_for_the_next_start(window):
    choose_language(window, "English")
    assert Settings().language == "en"
    assert "starts again" in window.banner.words.text()
