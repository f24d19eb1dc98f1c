"""Lines of what lazy answers reach, thin and dashed, beside the curves."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg

from engine.i18n import tr
from engine.protocol.baselines import Baseline
from workbench.plots.parts import style
from workbench.plots.parts.legend import NEUTRAL, Entry
from workbench.plots.parts.plot_widget import PlotCanvas
from workbench.plots.parts.points import Scale
from workbench.theme.text import figure

Bounds = tuple[float, float] | None
_ROOM = 1.0
"""A line further away than so many times the height of the curves would flatten them;
the legend tells its value."""


class LazyLines:
    """Draws a line for each lazy answer.

    Args:
        canvas: Holds them.

    Attributes:
        write: Returns a value in words, as the panel's head has it.
    """

    def __init__(self, canvas: PlotCanvas) -> None:
        self._canvas = canvas
        self._told: list[Baseline] = []
        self.write: Callable[[float], str] = figure
        self.lines: list[pg.InfiniteLine] = []
        self._indices: list[int] = []

    def draw(
        self,
        known: Sequence[Baseline | None],
        bounds: Bounds,
        *,
        on: bool,
        scale: Scale | None = None,
    ) -> Bounds:
        """Draw the lines; return the values that must be seen then.

        Args:
            known: Of each phase, or the only one; None where there is no answer.
            bounds: Values of the curves that must be seen, as drawn.
            on: Whether the legend shows them.
            scale: Returns points as drawn.
        """
        self._take([(i, each) for i, each in enumerate(known) if each is not None],
                   is_lonely=len(known) == 1)  # fmt: skip
        for line, baseline in zip(self.lines, self._told, strict=True):
            value = _scaled(baseline.value, scale)
            line.setVisible(on and value is not None and bounds is not None)
            if value is not None:
                line.setPos(value)
                bounds = _with(bounds, value) if on else bounds
        return bounds

    def _take(self, known: list[tuple[int, Baseline]], *, is_lonely: bool) -> None:
        while len(self.lines) > len(known):
            self._canvas.removeItem(self.lines.pop())
        while len(self.lines) < len(known):
            line = pg.InfiniteLine(angle=0)
            self._canvas.addItem(line, ignoreBounds=True)
            self.lines.append(line)
        self._told = [baseline for _, baseline in known]
        indices = [NEUTRAL if is_lonely else index for index, _ in known]
        if indices != self._indices:
            self._indices = indices
            self.restyle()

    def hide(self) -> None:
        """Show none of them."""
        for line in self.lines:
            line.setVisible(False)

    def restyle(self) -> None:
        """Take the colours of the theme."""
        for line, index in zip(self.lines, self._indices, strict=True):
            tint = style.colour("fg2") if index == NEUTRAL else style.series(index)
            line.setPen(style.pen(tint, dashed=True))

    def ends(self) -> list[float]:
        """Return where the entry of the legend belongs: at the first line."""
        return [float(line.value()) for line in self.lines[:1]]

    def entries(self) -> list[Entry]:
        """Return the entry of the legend, one for all lines."""
        if not self._told:
            return []
        return [Entry(words(self._told, self.write), NEUTRAL, dashed=True)]


def words(known: Sequence[Baseline], write: Callable[[float], str]) -> str:
    """Return what the answers are; with the value where it is one."""
    if len(known) == 1:
        return known[0].telling(write(known[0].value))
    told = {each.words for each in known}
    return told.pop() if len(told) == 1 else tr("lazy answers")


def _scaled(value: float, scale: Scale | None) -> float | None:
    """Return a value as drawn; None where it can't be."""
    if scale is None:
        return value
    _, found = scale(np.zeros(1), np.array([value]))
    return float(found[0]) if len(found) and math.isfinite(found[0]) else None


def _with(bounds: Bounds, value: float) -> Bounds:
    """Return a range that also holds a value, unless that is far off."""
    if bounds is None:
        return None
    low, high = bounds
    room = _ROOM * (high - low)
    is_near = low - room <= value <= high + room
    return (min(low, value), max(high, value)) if is_near else bounds
