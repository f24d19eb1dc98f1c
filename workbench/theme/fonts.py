"""Fonts of the window: Inter and JetBrains Mono, shipped with it, and their sizes."""

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FOLDER = Path(__file__).parents[2] / "assets" / "fonts"
AXIS, SECONDARY, BODY, SECTION, VALUE, TITLE = 11, 12, 13, 15, 17, 22
"""The sizes there are, in logical pixels."""
REGULAR, MEDIUM, SEMIBOLD = 400, 500, 600
"""The weights there are."""
_UI, _MONO = "Inter Workbench", "JetBrains Mono Workbench"
_CJK = ("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", "Meiryo")
_SYMBOLS = ("DejaVu Sans", "Noto Sans Math", "Segoe UI Symbol", "Apple Symbols")


@cache
def _families(first: str, second: str) -> tuple[str, ...]:
    """Return our two families, then those for letters that both lack.

    Japanese comes after Latin: so numbers and formulas look the same in every language.
    """
    for path in sorted(FOLDER.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    known = set(QFontDatabase.families())
    found = [name for name in (first, second, *_CJK, *_SYMBOLS) if name in known]
    is_mono = first == _MONO
    kind = QFontDatabase.SystemFont
    system = QFontDatabase.systemFont(kind.FixedFont if is_mono else kind.GeneralFont)
    return (*found, system.family())


def ui(size_px: int = BODY, weight: int = REGULAR) -> QFont:
    """Return the interface's font; its digits are all of one width."""
    return _font(_families(_UI, _MONO), size_px, weight)


def mono(size_px: int = SECONDARY, weight: int = REGULAR) -> QFont:
    """Return the font of shapes, paths and logs."""
    font = _font(_families(_MONO, _UI), size_px, weight)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _font(families: tuple[str, ...], size_px: int, weight: int) -> QFont:
    font = QFont(list(families))
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight(weight))
    return font
