"""Every key of the cheat sheet does what its line says, pressed on a real display."""

import pytest

from tests.x11 import canvas_keys, menu_keys  # noqa: F401 - they fill CHECKS
from tests.x11.lines import CHECKS


@pytest.mark.parametrize("words", CHECKS)
def test_key_does_what_the_cheat_sheet_says(desk, words):
    (keys,) = (keys for rows in desk.ask("sheet()").values()
               for line, keys in rows if line == words)  # fmt: skip
    CHECKS[words](desk, keys)


def test_every_line_of_the_cheat_sheet_is_pressed(desk):
    shown = [words for rows in desk.ask("sheet()").values() for words, _ in rows]
    pressed_elsewhere = {"Quit"}  # in test_closing.py, while training
    assert len(shown) == len(set(shown))
    assert set(shown) == set(CHECKS) | pressed_elsewhere
