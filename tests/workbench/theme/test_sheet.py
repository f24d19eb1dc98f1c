"""The style sheet, read rule by rule: its grid, its type, its contrast, its states."""

import re

import pytest

from tests.workbench.theme.test_contrast import contrast
from workbench.theme import style, tokens

THEMES = pytest.mark.parametrize("name", ["dark", "light"])
SIZES = {"11px", "12px", "13px", "15px", "17px", "22px"}
GAPS = re.compile(r"padding|margin|spacing")


def rules(name):
    """Return (selector, declarations) of each rule, one for every selector."""
    sheet = re.sub(r"/\*.*?\*/", "", style.sheet(tokens.THEMES[name]), flags=re.DOTALL)
    found = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        pairs = [each.split(":", 1) for each in body.split(";") if each.strip()]
        declared = {key.strip(): value.strip() for key, value in pairs}
        found += [(one.strip(), declared) for one in selectors.split(",")]
    return found


def width(declared):
    """Return the width of a rule's own border, px; 1 where it has none of its own."""
    found = re.match(r"(\d+)px", declared.get("border", ""))
    return int(found[1]) if found else 1


def test_distances_lie_on_the_grid_of_four():
    """What a border takes beyond its first pixel, the padding gives."""
    wrong = []
    for selector, declared in rules("dark"):
        for key, value in declared.items():
            if not GAPS.match(key):
                continue
            for number in map(int, re.findall(r"(?<!-)\b(\d+)(?:px)?\b", value)):
                bar = 3 if declared.get("border-left", "").startswith("3px") else 0
                taken = {width(declared) - 1, width(declared), bar}
                focus = {1} if ":focus" in selector else set()
                if number and not any(
                    (number + t) % 4 == 0 for t in taken | focus | {0}
                ):
                    wrong.append((selector, key, value))
    assert wrong == []


def test_type_has_the_sizes_and_weights_of_the_scale():
    for selector, declared in rules("dark"):
        assert declared.get("font-size", "13px") in SIZES, selector
        assert declared.get("font-weight", "400") in {"400", "500", "600"}, selector


@THEMES
def test_texts_are_readable_on_the_ground_of_their_rule(name):
    theme = tokens.THEMES[name]
    for selector, declared in rules(name):
        ink, ground = declared.get("color", ""), declared.get("background", "")
        if ":disabled" in selector or not ink.startswith("#"):
            continue
        grounds = [ground] if ground.startswith("#") else [theme.bg1, theme.bg2]
        for each in grounds:
            assert contrast(ink, each) >= 4.5, selector


@THEMES
def test_focus_is_a_ring_of_two_pixels_that_stands_out(name):
    theme = tokens.THEMES[name]
    rings = [(s, d) for s, d in rules(name) if s.endswith(":focus") and "border" in d]
    assert len(rings) > 15
    for selector, declared in rings:
        found = re.fullmatch(r"([25])px solid (#\w+)", declared["border"])
        assert found, selector
        grounds = [theme.bg0, theme.bg1, theme.bg2]
        if found[2] == theme.fg:  # around a filled button
            grounds.append(theme.accent_fill)
        assert all(contrast(found[2], each) >= 3.0 for each in grounds), selector


def test_every_kind_of_control_has_a_ring():
    ringed = {
        s.split(":")[0] for s, d in rules("dark") if "focus" in s and "border" in d
    }
    for kind in ("QPushButton", "QToolButton", "QLineEdit", "QSpinBox", "QComboBox"):
        assert kind in ringed
    for kind in ("QCheckBox", "QRadioButton"):
        assert any(s.startswith(f"{kind}::indicator:focus") for s, _ in rules("dark"))


@THEMES
def test_rest_hover_pressed_and_checked_are_four_grounds(name):
    ground = {s: d["background"] for s, d in rules(name) if "background" in d}
    for kind in ("QToolButton", "QPushButton"):
        steps = [ground[kind], ground[f"{kind}:hover"], ground[f"{kind}:pressed"]]
        steps += [ground[f"{kind}:checked"]] if f"{kind}:checked" in ground else []
        assert len(set(steps)) == len(steps)
    filled = [
        ground[f'QPushButton[accent="true"]{s}'] for s in ("", ":hover", ":pressed")
    ]
    assert len(set(filled)) == 3
    assert all(contrast("#ffffff", each) >= 4.5 for each in filled)
    hovered = {s.removesuffix(":hover") for s in ground if s.endswith(":hover")}
    buttons = {s for s in hovered if re.match(r"QPushButton|QToolButton|QCheckBox", s)}
    assert {f"{each}:pressed" for each in buttons} <= ground.keys()


@THEMES
def test_what_is_selected_has_a_bar_that_stands_out(name):
    theme, bars = tokens.THEMES[name], {}
    for selector, declared in rules(name):
        if ":selected" in selector:
            for key in ("border-left", "border-left-color", "border-bottom-color"):
                bars.setdefault(selector, set()).add(declared.get(key, ""))
    for kind in ("QTreeView::item:selected:first", "QListView::item:selected"):
        assert f"3px solid {theme.accent}" in bars[kind]
    assert theme.accent in bars["QMenu::item:selected"]
    assert theme.accent in bars["QTabBar::tab:selected"]
    assert contrast(theme.accent, theme.bg1) >= 3.0
    assert contrast(theme.accent, theme.bg3) >= 3.0


@THEMES
def test_borders_of_what_can_be_filled_in_stand_out(name):
    theme, border = tokens.THEMES[name], {}
    for selector, declared in rules(name):
        border.setdefault(selector, declared.get("border", ""))
    for field in (
        "QLineEdit",
        "QPlainTextEdit",
        "QSpinBox",
        "QComboBox",
        "QPushButton",
    ):
        assert border[field] == f"1px solid {theme.edge}"
    for box in ("QCheckBox::indicator", "QRadioButton::indicator"):
        assert border[box] == f"1px solid {theme.edge}"
