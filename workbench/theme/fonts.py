"""Fonts of the window: the interface's family and a monospaced one."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from engine.i18n import language

SIZE_PT = 9.75
SMALL_PT = 8.5
_CJK = ("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", "Meiryo")
_UI = ("Inter", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans", "DejaVu Sans")
_MONO = ("JetBrains Mono", "SF Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono")

_SYMBOLS = ("DejaVu Sans", "Noto Sans Math", "Segoe UI Symbol", "Apple Symbols")


@cache
def _installed(language_code: str, *, mono: bool) -> tuple[str, ...]:
    """Return the wished families that are there, Japanese ones first for Japanese."""
    known = set(QFontDatabase.families())
    wished = _MONO if mono else _UI
    wished = (*_CJK, *wished) if language_code == "ja" else (*wished, *_CJK)
    kind = QFontDatabase.SystemFont
    system = kind.FixedFont if mono else kind.GeneralFont
    found = [family for family in (*wished, *_SYMBOLS) if family in known]
    return (*found, QFontDatabase.systemFont(system).family())


def ui(size_pt: float = SIZE_PT, *, bold: bool = False) -> QFont:
    """Return the interface's font."""
    font = QFont(list(_installed(language(), mono=False)))
    font.setPointSizeF(size_pt)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def mono(size_pt: float = SMALL_PT) -> QFont:
    """Return the font of shapes, paths and logs."""
    families = list(_installed("en", mono=True))
    font = QFont(families)
    font.setPointSizeF(size_pt)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font
