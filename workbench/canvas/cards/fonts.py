"""The fonts of cards, in scene pixels."""

from PySide6.QtGui import QFont

from workbench.theme import fonts


def title(size_px: int = 13) -> QFont:
    """Return the font of a card's first line."""
    font = fonts.ui(bold=True)
    font.setPixelSize(size_px)
    return font


def small(size_px: int = 11) -> QFont:
    """Return the font of a card's second line."""
    font = fonts.ui()
    font.setPixelSize(size_px)
    return font


def mono(size_px: int = 10) -> QFont:
    """Return the font of shapes."""
    font = fonts.mono()
    font.setPixelSize(size_px)
    return font
