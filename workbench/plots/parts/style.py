"""Colours, pens and fonts of plots, from the tokens of the theme."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from workbench.theme import fonts, tokens

RAW_SHARE = {"dark": 0.45, "light": 0.4}
FILL_ALPHA = {"dark": 96, "light": 80}
GUIDE_RATIO = 1e-3
"""The rule of thumb for ‖Δw‖/‖w‖ of a healthy update."""


def colour(token: str, alpha: int = 255) -> QColor:
    """Return a token of the current theme as a colour."""
    result = QColor(tokens.current().colour(token))
    result.setAlpha(alpha)
    return result


def ink(token: str) -> QColor:
    """Return a token as the colour of words on a panel: dark or bright enough."""
    theme = tokens.current()
    return QColor(tokens.readable(theme.colour(token), theme.bg1))


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
    return fonts.ui(fonts.AXIS)


def metrics() -> QFontMetricsF:
    """Return the sizes of letters in that font."""
    return QFontMetricsF(tick_font())


def heat_table() -> npt.NDArray[np.uint32]:
    """Return the 256 colours of ordered values in the current theme as 0xffRRGGBB."""
    return _heat_table(tokens.current().heat)


@lru_cache(maxsize=4)
def _heat_table(name: str) -> npt.NDArray[np.uint32]:
    rgb = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False).astype(np.uint32)
    packed = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    colours: npt.NDArray[np.uint32] = packed.astype(np.uint32)
    return colours


def change_table() -> npt.NDArray[np.uint32]:
    """Return the colours of ‖Δw‖/‖w‖ from 0.1 ‰ to 10 ‰ as 0xffRRGGBB (256,).

    They mean the same in every theme: blue is too slow, orange too fast, and the green
    of what is healthy is quiet.
    """
    return _table(_CHANGE)


def gradient_table() -> npt.NDArray[np.uint32]:
    """Return the colours of shares of a gradient as 0xffRRGGBB (256,)."""
    theme = tokens.current()
    return _table(((0.0, theme.bg1), (1.0, theme.backward)))


Stops = tuple[tuple[float, str], ...]
_CHANGE: Stops = (
    (0.0, "#4aa8ff"),
    (0.35, "#2f6d50"),
    (0.65, "#2f6d50"),
    (1.0, "#ff9147"),
)


@lru_cache(maxsize=8)
def _table(stops: Stops) -> npt.NDArray[np.uint32]:
    places, tints = zip(*stops, strict=True)
    rgbs = np.array([rgb(QColor(tint)) for tint in tints])
    red, green, blue = (
        np.interp(np.linspace(0, 1, 256), places, channel).round().astype(np.uint32)
        for channel in rgbs.T
    )
    colours: npt.NDArray[np.uint32] = (
        np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    ).astype(np.uint32)
    return colours


def background() -> np.uint32:
    """Return the panel's colour as 0xffRRGGBB, for pixels without a value."""
    return np.uint32(colour("bg1").rgb())
