"""Every key of the table of commands does what its row says, on a real display."""

import pytest

from tests.x11 import canvas_keys, menu_keys  # noqa: F401 - they fill CHECKS
from tests.x11.lines import CHECKS
from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table

ROWS = {row.id: row for row in (*TABLE, *canvas_table.TABLE) if row.keys}
PRESSED = [(name, n) for name, row in ROWS.items() for n in range(len(row.keys))]
"""Rows, and which of their keys: the window knows how its system calls them."""
ELSEWHERE = {"quit"}
"""In test_closing.py, while training."""
BY_POINTER = [words for words, _keys in canvas_table.BY_POINTER]


@pytest.mark.parametrize(
    ("name", "number"), [pair for pair in PRESSED if pair[0] not in ELSEWHERE]
)
def test_key_does_what_its_row_says(desk, name, number):
    assert name in CHECKS, f"{name} has a key and no check in tests/x11"
    CHECKS[name](desk, desk.ask(f"keys_of({name!r})")[number])


@pytest.mark.parametrize("words", BY_POINTER)
def test_pointer_and_arrows_do_what_the_list_of_keys_says(desk, words):
    CHECKS[words](desk, "")


def test_no_check_is_of_a_row_that_is_gone():
    assert set(CHECKS) | ELSEWHERE == set(ROWS) | set(BY_POINTER)


def test_list_of_keys_shows_every_row_once(desk):
    lines = [tuple(line) for rows in desk.ask("sheet()").values() for line in rows]
    assert len({words for words, _ in lines}) == len(lines)
    names = [name for name in ROWS if not name.startswith("nudge")]
    wanted = {desk.ask(f"keys_of({name!r})")[0] for name in names}
    assert wanted <= {keys for _, keys in lines}
