"""What the loss and accuracy panels share: curves over the steps on pyqtgraph."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from engine.i18n import tr
from workbench.plots.panels.panel import Panel
from workbench.plots.parts import style
from workbench.plots.parts.chart import HEADER_PX
from workbench.plots.parts.legend import Entry, Legend
from workbench.plots.parts.plot_widget import BELOW_PX, LEFT_PX, RIGHT_PX, PlotCanvas
from workbench.plots.parts.ranges import StepRange, ValueRange
from workbench.plots.parts.switch import Switch
from workbench.session.curves.history import History
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_M

PACE = 3
"""Curves are drawn at every third tick of 33 ms: they cost most of all panels."""
SMOOTH_PX, LEFT_OF_READOUT = 2.0, SPACE_M
_MOST_LEGEND = 0.25
"""Share of the width that names at the ends of curves may take."""
_LONELY = 0.1
"""Room around a single value: as a share of it, or in decades."""


class _Click(Protocol):
    """What is used of a click as pyqtgraph tells it."""

    def double(self) -> bool:
        """Return whether it is the second one."""


class CurvePanel(Panel):
    """Curves with a legend, a cursor that reads values, zoom and a way back.

    Dragging and the wheel zoom; a double click follows the run again.

    Args:
        history: Where every number comes from.
        empty: Words while there is nothing to show.
        modes: Words of the switch.
        parent: Qt's owner.
    """

    def __init__(
        self,
        history: History,
        empty: str,
        modes: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(history, every=PACE, parent=parent)
        self.steps, self.values = StepRange(), ValueRange()
        self.following = True
        self._ends: list[float] = []
        self._moment: int | None = None
        self._run: object = None
        self._build(empty)
        self.switch = Switch(modes, self)
        self.switch.changed.connect(lambda _index: self._on_mode_changed())
        self.legend = Legend(self)
        self.legend.toggled.connect(lambda _index, _on: self.again())
        self._make_readout()
        self._tint()

    def _make_readout(self) -> None:
        self._readout = Label(parent=self)
        self._readout.setTextFormat(Qt.TextFormat.PlainText)
        self._readout.setFont(style.tick_font())
        self._readout.setAutoFillBackground(True)  # a long one covers the switch
        unseen = Qt.WidgetAttribute.WA_TransparentForMouseEvents
        self._readout.setAttribute(unseen)
        self._readout.move(LEFT_OF_READOUT, 3)
        self._readout.hide()

    def _build(self, empty: str) -> None:
        self.setAutoFillBackground(True)
        self._empty, self._no_run = Label(empty, self), empty
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self.canvas = PlotCanvas(self)
        self.canvas.hide()
        self.canvas.box.sigRangeChangedManually.connect(self._on_zoomed)
        self.canvas.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.canvas.scene().sigMouseClicked.connect(self._on_clicked)

    def show_words(self) -> None:
        """Show the words while there is nothing else, as they now are."""
        self._empty.setText(self.words(self._no_run))

    def catch_up(self) -> None:
        """Move the line of the step that is looked back at, then draw what is new."""
        step, line = self.history.looked_at, self.canvas.moment_line
        line.setVisible(step is not None)
        if step != self._moment:
            self._moment = step
            line.setPos(step or 0)
            self._say_following()
            self.figures.say(self.headline())
        super().catch_up()

    def begin_view(self) -> tuple[float, float]:
        """Start a drawing; return the range of steps in view."""
        history = self.history
        if history.layers is not self._run:
            self._run = history.layers
            self.steps, self.values = StepRange(), ValueRange()
            self.following = True
        total = history.run.total_steps if history.run else 0
        self.steps.follow(history.step, total)
        if self.following:
            return 0.0, self.steps.high
        low, high = self.canvas.box.viewRange()[0]
        return float(low), float(high)

    def end_view(
        self,
        bounds: tuple[float, float] | None,
        entries: list[Entry],
        ends: list[float],
    ) -> None:
        """End a drawing: ranges, legend, and whether there is anything at all.

        Args:
            bounds: Values that must be seen, None where there are none.
            entries: Of the legend.
            ends: Value, as drawn, at which the curve of each entry ends.
        """
        if bounds is not None:
            self.values.follow(*with_room(*bounds, log=self.log))
        if self.following:
            self.canvas.set_ranges(
                (0.0, self.steps.high), (self.values.low, self.values.high)
            )
        run = self.history.run
        per_epoch = run.steps_per_epoch if run else 0
        self.canvas.set_ticks(log=self.log, per_epoch=per_epoch, shares=self.is_share)
        self._empty.setVisible(bounds is None)
        self.canvas.setVisible(bounds is not None)
        self.legend.set_entries(entries if bounds is not None else [])
        self.canvas.set_right(self._legend_px())
        self._ends = ends
        self._place_legend()
        self._say_following()

    @property
    def log(self) -> bool:
        """Whether values are drawn as their log10."""
        return False

    @property
    def is_share(self) -> bool:
        """Whether values are shares of 1, written as per cent."""
        return False

    def shown(self, index: int) -> bool:
        """Return whether the legend shows a series."""
        chips = self.legend.chips
        return index >= len(chips) or chips[index].isChecked()

    def reading(self, step: float) -> str:
        """Return the values at a step in words."""
        raise NotImplementedError

    def follow(self) -> None:
        """Show the whole run again and go on with it."""
        self.following = True
        self.again()

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the way back from a zoom."""
        action = menu.addAction(tr("Show the whole run"), self.follow)
        action.setEnabled(not self.following)

    def restyle(self) -> None:
        """Take the colours of the theme."""
        self.canvas.restyle()
        self.legend.restyle()
        self._tint()
        super().restyle()

    def draw_vector(self, painter: QPainter) -> None:
        """Draw with axes as lines and text."""
        self.canvas.cache_axes(on=False)
        super().draw_vector(painter)
        self.canvas.cache_axes(on=True)

    def _tint(self) -> None:
        for widget in (self, self._empty, self._readout):
            palette = widget.palette()
            palette.setColor(palette.ColorRole.Window, style.colour("bg1"))
            palette.setColor(palette.ColorRole.WindowText, style.colour("fg2"))
            widget.setPalette(palette)

    def _on_mode_changed(self) -> None:
        self.values = ValueRange()
        self.again()

    def _on_zoomed(self, _axes: Sequence[bool]) -> None:
        self.following = False
        self.again()

    def _on_clicked(self, event: _Click) -> None:
        if event.double():
            self.follow()

    def _on_mouse_moved(self, place: QPointF) -> None:
        inside = self.canvas.box.sceneBoundingRect().contains(place)
        self.canvas.cursor_line.setVisible(inside)
        if inside:
            step = self.canvas.box.mapSceneToView(place).x()
            self.canvas.cursor_line.setPos(step)
            self._say(self.reading(step))
        else:
            self._say_following()

    def _legend_px(self) -> int:
        """Return the room that names at the ends of curves need."""
        return max(RIGHT_PX, self.legend.room(int(self.width() * _MOST_LEGEND)))

    def _place_legend(self) -> None:
        """Put each name where its curve ends, px."""
        area = self._data_area()
        low, high = self.canvas.box.viewRange()[1]
        share = area.height() / max(high - low, 1e-12)
        places = [area.bottom() - (end - low) * share for end in self._ends]
        self.legend.place(area, places)

    def _data_area(self) -> QRectF:
        """Return the rectangle of the data, px; also before the first layout."""
        canvas, right = QRectF(self.canvas.geometry()), self.canvas.right_px
        return canvas.adjusted(LEFT_PX + 2, 2, -right - 2, -BELOW_PX)

    def leaveEvent(self, _event: QEvent) -> None:
        """Take the cursor away."""
        self.canvas.cursor_line.hide()
        self._say_following()

    def _say_following(self) -> None:
        looked_at = self.history.looked_at
        if self.canvas.cursor_line.isVisible():
            return
        if looked_at is not None:
            self._say(self.reading(looked_at))
        else:
            self._say("" if self.following else tr("Double-click: whole run"))

    def _say(self, text: str) -> None:
        if text != self._readout.text():
            self._readout.setText(text)
            self._readout.setVisible(bool(text))
            self._readout.raise_()
            self._place_readout()

    def _place_readout(self) -> None:
        """Let the words cover the switch wholly or not at all."""
        size = self._readout.sizeHint()
        is_short = LEFT_OF_READOUT + size.width() < self.switch.x()
        right = self.switch.x() - 8 if is_short else self.width()
        width = right - LEFT_OF_READOUT
        self._readout.resize(width, max(size.height(), HEADER_PX - 6))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep switch and legend in their corners."""
        super().resizeEvent(event)
        self._empty.setGeometry(self.rect().adjusted(16, 16, -16, -16))
        self.canvas.setGeometry(self.rect().adjusted(0, HEADER_PX - 4, 0, 0))
        self.switch.place(self.width() - 8, 4)
        self.place_figures()
        self.again()
        self._place_legend()

    def free_right(self) -> int:
        """Return where the switch begins."""
        return self.switch.x() if self.switch.isVisibleTo(self) else self.width()


def joined(bounds: list[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Return the smallest range that holds all given ones."""
    known = np.array([pair for pair in bounds if pair is not None])
    if not len(known):
        return None
    return float(known[:, 0].min()), float(known[:, 1].max())


def with_room(low: float, high: float, *, log: bool = False) -> tuple[float, float]:
    """Return a range around values that are all the same; others as they are.

    Args:
        low: Smallest value.
        high: Largest value.
        log: The values are log10 of others.
    """
    if high - low > 1e-6 * max(abs(low), abs(high)):
        return low, high
    room = _LONELY if log else _LONELY * abs(low) or 1.0
    return low - room, high + room
