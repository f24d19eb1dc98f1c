"""The fonts of cards, in scene pixels: never below 11 px on the screen."""

from PySide6.QtGui import QFont

from workbench.theme import fonts
from workbench.theme.fonts import AXIS, BODY, MEDIUM, SECONDARY, SEMIBOLD


def size(size_px: float, zoom: float = 1.0) -> int:
    """Return a size in scene pixels that stays legible at a zoom."""
    return max(round(size_px), -int(-AXIS // zoom))


def title(size_px: int = BODY, zoom: float = 1.0) -> QFont:
    """Return the font of a card's first line."""
    return fonts.ui(size(size_px, zoom), SEMIBOLD)


def small(size_px: int = SECONDARY, zoom: float = 1.0) -> QFont:
    """Return the font of a card's second line."""
    return fonts.ui(size(size_px, zoom))


def tag(size_px: int = AXIS) -> QFont:
    """Return the font of a tag."""
    return fonts.ui(size_px, MEDIUM)


def mono(size_px: int = AXIS, zoom: float = 1.0) -> QFont:
    """Return the font of shapes."""
    return fonts.mono(size(size_px, zoom))
