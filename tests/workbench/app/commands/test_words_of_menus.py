"""What menus say: no two entries of one menu have one name, in any language."""

import json
from collections import Counter
from pathlib import Path

import pytest

from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table
from workbench.theme.text import plain

ROOT = Path(__file__).parents[4]
JAPANESE = json.loads((ROOT / "assets/translations/ja.json").read_text("utf-8"))
ROWS = (*TABLE, *canvas_table.TABLE)
MENUS = sorted({place.menu for row in ROWS for place in row.places})


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_two_entries_of_a_menu_have_one_name(menu, language):
    of_menu = [r for r in ROWS if any(place.menu == menu for place in r.places)]
    words = [
        plain(JAPANESE[row.words] if language == "ja" else row.words).rstrip("…")
        for row in of_menu
    ]
    twice = [name for name, times in Counter(words).items() if times > 1]
    # Return enters a block, and leads to the settings of anything else.
    assert twice == []


def test_beginning_anew_is_not_called_resuming():
    resume = plain(JAPANESE["&Resume"])
    anew = [row.words for row in TABLE if row.words.startswith("Restart")]
    assert len(anew) == 2
    assert [words for words in anew if resume in JAPANESE[words]] == []
