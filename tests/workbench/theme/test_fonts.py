"""The fonts that come with the window are there, whole, and what Qt takes."""

import hashlib
import re

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF, QRawFont

from engine import i18n
from workbench.theme import fonts

SIZES = (fonts.AXIS, fonts.SECONDARY, fonts.BODY, fonts.SECTION)
WEIGHTS = (fonts.REGULAR, fonts.MEDIUM, fonts.SEMIBOLD)
KINDS = pytest.mark.parametrize("kind", [fonts.ui, fonts.mono], ids=["ui", "mono"])
NAMES = {fonts.ui: "Inter Workbench", fonts.mono: "JetBrains Mono Workbench"}


def test_every_font_equals_its_digest_and_has_its_licence():
    table = (fonts.FOLDER / "SOURCES.md").read_text("utf-8")
    rows = dict(re.findall(r"\| (\S+\.ttf) .*`([0-9a-f]{64})`", table))
    shipped = {path.name: path for path in fonts.FOLDER.glob("*.ttf")}
    assert rows.keys() == shipped.keys()
    assert len(rows) == 2 * len(WEIGHTS)
    for name, path in shipped.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == rows[name]
        licence = fonts.FOLDER / f"{name.partition('-')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text("utf-8")


@KINDS
@pytest.mark.parametrize("weight", WEIGHTS)
def test_each_weight_is_a_font_of_its_own(qapp, kind, weight):
    info = QFontInfo(kind(fonts.BODY, weight))
    assert (info.family(), info.weight()) == (NAMES[kind], weight)
    assert info.pixelSize() == fonts.BODY
    wide = [QFontMetricsF(kind(40, w)).horizontalAdvance("learning") for w in WEIGHTS]
    if kind is fonts.ui:
        assert wide == sorted(set(wide))  # heavier is wider: no weight stands in
    raw = {
        bytes(QRawFont.fromFont(kind(40, w)).fontTable("glyf").data()) for w in WEIGHTS
    }
    assert len(raw) == len(WEIGHTS)


@KINDS
@pytest.mark.parametrize("weight", WEIGHTS)
def test_digits_are_all_of_one_width(qapp, kind, weight):
    metrics = QFontMetricsF(kind(40, weight))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize(
    ("size", "line"), [*zip(SIZES, (16, 18, 20, 22), strict=True)], ids=map(str, SIZES)
)
def test_lines_of_text_stand_as_far_apart_as_designed(qapp, size, line):
    assert QFontMetricsF(fonts.ui(size)).lineSpacing() == pytest.approx(line, abs=0.8)


def test_no_letters_are_joined_into_others(qapp):
    """A name `a->b` is shown as it is written."""
    for kind in (fonts.ui, fonts.mono):
        metrics = QFontMetricsF(kind(40))
        parts = metrics.horizontalAdvance("-") + metrics.horizontalAdvance(">")
        assert metrics.horizontalAdvance("->") == pytest.approx(parts, abs=4.0)
        raw = QRawFont.fromFont(kind(40))
        assert b"calt" not in bytes(raw.fontTable("GSUB").data())
        assert b"liga" not in bytes(raw.fontTable("GSUB").data())


def test_latin_comes_before_japanese_in_every_language(qapp):
    english = fonts.ui().families()
    i18n.install("ja", {})
    try:
        assert fonts.ui().families() == english
    finally:
        i18n.install("en", {})
    assert english[0] == NAMES[fonts.ui]
