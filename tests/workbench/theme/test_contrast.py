"""Contrast (WCAG 2.2) and colour-blindness (Machado et al. 2009), over both themes."""

import itertools

import numpy as np
import pytest

from workbench.theme import tokens
from workbench.theme.tokens import DARK, LIGHT

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
GROUNDS = ("bg0", "bg1", "bg2", "bg3", "canvas", "node")
STEPS = ("forward", "loss", "backward", "update")
SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
"""Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB."""
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def _linear(colour):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(_linear(c) @ _XYZ[1] for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def distance(one, other, sight):
    """Return the distance in CIELAB (1976) as somebody with that sight sees it."""

    def lab(colour):
        rgb = np.clip(SIGHT[sight] @ _linear(colour), 0, 1)
        xyz = _XYZ @ rgb / [0.95047, 1.0, 1.08883]
        f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    return float(np.linalg.norm(lab(one) - lab(other)))


def test_distance_equals_known_pairs():
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(100.0, abs=0.1)
    assert distance("#4c8dff", "#4c8dff", "protanopia") == 0.0
    # Red and green of one lightness: far apart, and near for who has no M cones.
    red, green = "#b04040", "#507030"
    assert distance(red, green, "deuteranopia") < distance(red, green, "normal") / 2


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_is_readable_on_every_ground(theme, ground):
    back = theme.colour(ground)
    assert contrast(theme.fg, back) >= 4.5
    assert contrast(theme.fg2, back) >= 4.5
    if ground != "bg3":  # hints stand in fields and on panels
        assert contrast(theme.fg3, back) >= 4.5
    for token in ("ok", "warn", "err", "accent", *STEPS, "minus", "plus"):
        assert contrast(theme.text(token), back) >= 4.5
    for colour in theme.series:
        assert contrast(theme.text(colour), back) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_mark_stands_out_on_every_ground(theme, ground):
    back = theme.colour(ground)
    marks = ("ok", "warn", "err", "accent", *STEPS, "minus", "plus", "faint")
    for token in marks:
        assert contrast(theme.colour(token), back) >= 3.0, token
    for colour in theme.series:
        if ground != "bg3":  # charts stand on panels
            assert contrast(colour, back) >= 3.0, colour


@THEMES
@pytest.mark.parametrize("ground", ["canvas", "node", "bg1", "bg2"])
def test_strips_ports_and_icons_of_categories_stand_out(theme, ground):
    for name in tokens.CATEGORY_TOKENS:
        assert contrast(theme.category(name), theme.colour(ground)) >= 3.0, name


@THEMES
@pytest.mark.parametrize("share", [0.0, 0.45])
def test_words_of_categories_are_readable_on_nodes_also_under_the_mouse(theme, share):
    ground = tokens.mix(theme.node, theme.bg3, share)
    for name in tokens.CATEGORY_TOKENS:
        assert contrast(theme.category_text(name), ground) >= 4.5, name


@THEMES
def test_borders_of_fields_and_wires_stand_out(theme):
    assert contrast(theme.edge, theme.bg1) >= 3.0
    assert contrast(theme.edge, theme.bg2) >= 3.0
    assert contrast(theme.wire, theme.canvas) >= 3.0


@THEMES
@pytest.mark.parametrize("sight", SIGHT)
def test_series_are_told_apart_by_everybody(theme, sight):
    for one, other in itertools.combinations(theme.series, 2):
        assert distance(one, other, sight) >= 15, (one, other)


@THEMES
@pytest.mark.parametrize("sight", SIGHT)
def test_the_four_steps_and_both_signs_are_told_apart_by_everybody(theme, sight):
    for one, other in itertools.combinations([theme.colour(s) for s in STEPS], 2):
        assert distance(one, other, sight) >= 15, (one, other)
    assert distance(theme.minus, theme.plus, sight) >= 40


@THEMES
def test_signed_numbers_grow_from_their_ground_to_full_colour(theme):
    assert theme.signed(0.0) == theme.bg2
    assert theme.signed(1.0) == theme.plus
    assert theme.signed(-3.0) == theme.minus
    half = [theme.signed(0.5, "bg1"), theme.signed(-0.5, "bg1")]
    for colour, full in zip(half, (theme.plus, theme.minus), strict=True):
        share = 0.5**0.65
        for i in (1, 3, 5):
            low, high = int(theme.bg1[i : i + 2], 16), int(full[i : i + 2], 16)
            assert int(colour[i : i + 2], 16) == round(low + (high - low) * share)
