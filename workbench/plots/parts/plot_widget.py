"""A pyqtgraph plot with our look: ranges of our own, no menus, nothing automatic."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsItem, QWidget

from workbench.plots.parts import style
from workbench.plots.parts.ranges import log_ticks, ticks
from workbench.theme import tokens
from workbench.theme.text import escape

CACHED = QGraphicsItem.CacheMode.DeviceCoordinateCache
"""Axes with their grid are a picture that is drawn again only when they change."""
LEFT_PX, RIGHT_PX, BELOW_PX = 52, 12, 38


class PlotCanvas(pg.PlotWidget):
    """Axes in the colours of the theme, and a cursor line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, enableMenu=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.getPlotItem()
        item.hideButtons()
        item.getViewBox().disableAutoRange()
        item.getViewBox().setDefaultPadding(0)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setCacheMode(CACHED)
            axis.enableAutoSIPrefix(enable=False)
            axis.setStyle(tickLength=0, tickTextOffset=5, hideOverlappingLabels=False)
        item.getAxis("left").setWidth(LEFT_PX)
        item.layout.setContentsMargins(2, 2, RIGHT_PX, 0)
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.cursor_line.hide()
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._labels = {"left": "", "bottom": ""}
        self._ticks: dict[str, object] = {}
        self._ticks_for: object = None
        self.restyle()

    @property
    def box(self) -> pg.ViewBox:
        """The rectangle of the data."""
        return self.getPlotItem().getViewBox()

    @property
    def data_width(self) -> int:
        """Pixels across the data; also right before the first layout."""
        width: int = self.width()
        return max(width - LEFT_PX - RIGHT_PX - 2, 64)

    def restyle(self) -> None:
        """Take the colours of the theme."""
        self.setBackground(style.colour("bg1"))
        item = self.getPlotItem()
        alpha = tokens.current().grid_alpha
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(style.pen(style.colour("line")))
            axis.setTextPen(style.colour("fg2"))
            axis.setTickFont(style.tick_font())
            axis.setTickPen(style.pen(style.colour("fg")))
            axis.setGrid(round(255 * alpha))
        self.cursor_line.setPen(style.pen(style.colour("fg2"), dashed=True))
        labels, self._labels = self._labels, {"left": "", "bottom": ""}
        self.set_labels(labels["left"], labels["bottom"])

    def set_labels(self, left: str, bottom: str) -> None:
        """Name the axes; names may hold anything."""
        for side, text in (("left", left), ("bottom", bottom)):
            if text != self._labels[side]:
                self._labels[side] = text
                size, tint = f"{style.TICK_PT}pt", tokens.current().fg2
                axis = self.getPlotItem().getAxis(side)
                axis.setLabel(escape(text), **{"font-size": size, "color": tint})

    def cache_axes(self, *, on: bool) -> None:
        """Keep the axes as pictures, or draw them as lines and text."""
        for side in ("left", "bottom"):
            mode = CACHED if on else QGraphicsItem.CacheMode.NoCache
            self.getPlotItem().getAxis(side).setCacheMode(mode)

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show these ranges."""
        box = self.box
        if [list(x), list(y)] != box.viewRange():
            box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

    def set_ticks(self, *, log: bool) -> None:
        """Put ticks at round values of the ranges in view."""
        (x0, x1), (y0, y1) = self.box.viewRange()
        state = (x0, x1, y0, y1, self.width(), self.height(), log)
        if state == self._ticks_for:
            return
        self._ticks_for = state
        across, down = max(int(self.width() / 75), 2), max(int(self.height() / 36), 2)
        values = log_ticks(y0, y1, down) if log else ticks(y0, y1, down)
        for side, marks in (("bottom", ticks(x0, x1, across)), ("left", values)):
            if self._ticks.get(side) != marks:
                self._ticks[side] = marks
                self.getPlotItem().getAxis(side).setTicks([list(marks)])
