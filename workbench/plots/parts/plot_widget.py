"""A pyqtgraph plot with our look: ranges of our own, no menus, nothing automatic."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsItem, QWidget

from workbench.plots.parts import style
from workbench.plots.parts.ranges import log_ticks, share_ticks, ticks
from workbench.plots.parts.step_axis import PX_PER_TICK, step_ticks
from workbench.theme import fonts, tokens
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
        self.moment_line = pg.InfiniteLine(angle=90)
        self.moment_line.hide()
        self.addItem(self.moment_line, ignoreBounds=True)
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.cursor_line.hide()
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._label = ""
        self._right_px = RIGHT_PX
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
        return max(width - LEFT_PX - self._right_px - 2, 64)

    @property
    def right_px(self) -> int:
        """Room at the right of the data."""
        return self._right_px

    def set_right(self, pixels: int) -> None:
        """Leave so much room at the right of the data."""
        if pixels != self._right_px:
            self._right_px = pixels
            self.getPlotItem().layout.setContentsMargins(2, 2, pixels, 0)

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
            axis.setTickPen(style.pen(style.colour("fg" if side == "left" else "bg1")))
        item.getAxis("left").setGrid(round(255 * alpha))
        self.moment_line.setPen(style.pen(style.colour("fg"), 1.5))
        self.cursor_line.setPen(style.pen(style.colour("fg2"), dashed=True))
        label, self._label = self._label, ""
        self._name_steps(label)

    def _name_steps(self, text: str) -> None:
        """Name the bottom axis."""
        if text != self._label:
            self._label = text
            size, tint = f"{fonts.AXIS}px", tokens.current().fg2
            axis = self.getPlotItem().getAxis("bottom")
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

    def set_ticks(self, *, log: bool, per_epoch: int = 0, shares: bool = False) -> None:
        """Put ticks at round values of the ranges in view.

        Args:
            log: Values are log10 of others.
            per_epoch: Steps that make an epoch; 0 where nobody knows.
            shares: Values are shares of 1, written as per cent.
        """
        (x0, x1), (y0, y1) = self.box.viewRange()
        size = (self.width(), self.height())
        state = (x0, x1, y0, y1, *size, log, per_epoch, shares)
        if state == self._ticks_for:
            return
        self._ticks_for = state
        across = max(int(self.data_width / PX_PER_TICK), 2)
        down = max(int(self.height() / 36), 2)
        steps, name = step_ticks(x0, x1, across, per_epoch)
        self._name_steps(name)
        told = log_ticks if log else share_ticks if shares else ticks
        values = told(y0, y1, down)
        for side, marks in (("bottom", steps), ("left", values)):
            if self._ticks.get(side) != marks:
                self._ticks[side] = marks
                self.getPlotItem().getAxis(side).setTicks([list(marks)])
