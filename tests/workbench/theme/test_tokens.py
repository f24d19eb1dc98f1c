import typing

import pytest

from engine.layers.spec import Category
from workbench.theme import tokens
from workbench.theme.tokens import DARK, LIGHT

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def test_contrast_equals_known_pairs():
    assert tokens.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert tokens.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)
    assert tokens.contrast("#767676", "#ffffff") == pytest.approx(4.542, abs=1e-3)


@THEMES
def test_white_on_filled_button_is_readable(theme):
    assert tokens.contrast(theme.accent_fill, "#ffffff") >= 4.5


@THEMES
@pytest.mark.parametrize("background", ["bg0", "bg1", "bg2"])
@pytest.mark.parametrize("text", ["fg", "fg2"])
def test_text_is_readable_on_every_ground(theme, text, background):
    assert tokens.contrast(theme.colour(text), theme.colour(background)) >= 4.5


@THEMES
@pytest.mark.parametrize("category", typing.get_args(Category))
def test_every_category_has_a_colour_and_a_readable_text(theme, category):
    assert category in tokens.CATEGORY_TOKENS
    assert theme.category(category).startswith("#")
    assert tokens.contrast(theme.category_text(category), theme.node) >= 4.5


def test_tokens_equal_the_design():
    assert (DARK.bg0, DARK.accent, DARK.err) == ("#16181d", "#4c8dff", "#e5584f")
    assert (LIGHT.bg1, LIGHT.accent, LIGHT.fg2) == ("#f7f8fa", "#2563eb", "#586274")


def test_readable_keeps_a_colour_that_reads_already():
    assert tokens.readable("#000000", "#ffffff") == "#000000"
    assert tokens.readable("#ffff00", "#ffffff") != "#ffff00"
