"""Colours, pens and fonts of plots, from the tokens of the theme."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from workbench.theme import fonts, tokens

TICK_PT = 8.0
RAW_SHARE = {"dark": 0.45, "light": 0.4}
FILL_ALPHA = {"dark": 96, "light": 80}
GUIDE_RATIO = 1e-3
"""The rule of thumb for ‖Δw‖/‖w‖ of a healthy update."""


def colour(token: str, alpha: int = 255) -> QColor:
    """Return a token of the current theme as a colour."""
    result = QColor(tokens.current().colour(token))
    result.setAlpha(alpha)
    return result


def rgb(tint: QColor) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, 0 to 255."""
    return tint.red(), tint.green(), tint.blue()


def series(index: int, alpha: int = 255) -> QColor:
    """Return the colour of the n-th series; colours repeat after the last."""
    colours = tokens.current().series
    return colour(colours[index % len(colours)], alpha)


def faded(index: int) -> QColor:
    """Return the colour of a raw line: the series' one mixed into the panel's.

    It looks translucent, but a line of it costs a tenth of a translucent one.
    """
    theme = tokens.current()
    full = series(index).name()
    return QColor(tokens.mix(theme.bg1, full, RAW_SHARE[theme.name]))


def fill_alpha() -> int:
    """Return the opacity of filled areas."""
    return FILL_ALPHA[tokens.current().name]


def pen(tint: QColor, width: float = 1.0, *, dashed: bool = False) -> QPen:
    """Return a pen whose width does not scale; lines join without spikes."""
    result = QPen(tint, width)
    result.setCosmetic(True)
    result.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed:
        result.setStyle(Qt.PenStyle.DashLine)
    return result


def grid_pen() -> QPen:
    """Return the pen of grid lines."""
    alpha = round(255 * tokens.current().grid_alpha)
    return pen(colour("fg", alpha))


def tick_font() -> QFont:
    """Return the font of ticks and labels."""
    return fonts.ui(TICK_PT)


def metrics() -> QFontMetricsF:
    """Return the sizes of letters in that font."""
    return QFontMetricsF(tick_font())


def heat_table() -> npt.NDArray[np.uint32]:
    """Return the 256 colours of heat maps of the current theme as 0xffRRGGBB."""
    return _heat_table(tokens.current().heat)


@lru_cache(maxsize=4)
def _heat_table(name: str) -> npt.NDArray[np.uint32]:
    rgb = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False).astype(np.uint32)
    packed = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    colours: npt.NDArray[np.uint32] = packed.astype(np.uint32)
    return colours


def background() -> np.uint32:
    """Return the panel's colour as 0xffRRGGBB, for pixels without a value."""
    return np.uint32(colour("bg1").rgb())
