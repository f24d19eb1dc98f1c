"""A painted panel with several ways to look at the same measurements."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from engine.graph.paths import place_of
from engine.i18n import tr
from workbench.plots.panels.panel import TRAINING, Panel
from workbench.plots.panels.phase_chooser import PhaseChooser
from workbench.plots.parts import chart as charts
from workbench.plots.parts import style
from workbench.plots.parts.switch import Switch
from workbench.plots.parts.table import Table
from workbench.session.curves.history import SAMPLE, History
from workbench.session.curves.phase_rows import PhaseView
from workbench.theme.figures import Figure
from workbench.theme.text import count
from workbench.theme.tokens import SPACE_M, SPACE_S

LIT_ALPHA = 30


class Face(Protocol):
    """One way to look at the history."""

    title: str
    quantity: str
    lit: frozenset[int]
    """Rows of layers that somebody points at elsewhere."""

    def take_in(self) -> None:
        """Read what is new."""

    def restyle(self) -> None:
        """Forget what was made with the colours of another theme."""

    def chart(self) -> charts.Chart | None:
        """Return the standing parts, None while there is nothing to show."""

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the data."""

    def read(self, x: float, y: float) -> str:
        """Return the values at a place, given as shares from the top left."""

    def row_at(self, y: float) -> int:
        """Return the layer at a height, as a share from the top; −1 for none."""

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's row as shares; None where it has none."""

    def table(self) -> Table:
        """Return the shown numbers as header and rows."""


class FacePanel(Panel):
    """Shows one of several faces; the switch at the top right changes it.

    Args:
        history: Where every number comes from.
        faces: Makes at least one that looks at the rows of the chosen phase.
        empty: Words while there is nothing to show.
        parent: Qt's owner.

    Signals:
        layer_pointed: Path of the layer under the mouse; empty for none.
        layer_chosen: Path of a layer that was clicked.
    """

    layer_pointed = Signal(str)
    layer_chosen = Signal(str)

    def __init__(
        self,
        history: History,
        faces: Callable[[PhaseView], Sequence[Face]],
        empty: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(history, every=3, parent=parent)
        self.rows = PhaseView(history)
        self.faces, self._empty = faces(self.rows), empty
        self._readout, self._room_px = "", 0
        self._standing = charts.Standing()
        self._pointed = ""
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.switch = Switch([face.title for face in self.faces], self)
        self.switch.changed.connect(self._on_mode_changed)
        self.phase = PhaseChooser(self)
        self.phase.chosen.connect(self._on_phase_chosen)

    @property
    def face(self) -> Face:
        """The face that is shown."""
        return self.faces[self.switch.current]

    def show_face(self, index: int) -> None:
        """Change the face."""
        self.switch.choose(index)

    def point_at(self, path: str) -> None:
        """Light the rows of a node, or of all in a block; none without a path."""
        if path != self._pointed:
            self._pointed = path
            self.update()

    def _light(self) -> None:
        """Tell the face which of its rows are lit."""
        inside, paths = f"{self._pointed}.", self.rows.layers.paths
        lit = (i for i, p in enumerate(paths) if f"{place_of(p)}.".startswith(inside))
        self.face.lit = frozenset(lit if self._pointed else ())

    def _paint_lit(self, painter: QPainter, area: QRectF) -> None:
        """Frame lit rows, their names too."""
        spans = [span for row in self.face.lit if (span := self.face.span(row))]
        painter.setPen(style.pen(style.colour("accent"), 1.4))
        painter.setBrush(style.colour("accent", LIT_ALPHA))
        left, right = SPACE_S, self.width() - SPACE_S
        for top, bottom in spans:
            high = (bottom - top) * area.height()
            row = QRectF(left, area.top() + top * area.height(), right - left, high)
            painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def news(self) -> object:
        """Samples decide, the run, and the age of what is shown."""
        seen = self.history.runs_seen, self.history.samples_seen
        return *seen, self.switch.current, self.rows.phase, self._step_words()

    def _step_words(self) -> str:
        """Return the step of the measurement, and how old it is if the run is on."""
        sample = self.history.sample
        if sample is None:
            return ""
        is_on = self.state == TRAINING
        age = self.history.age_s(SAMPLE, sample.step) if is_on else 0
        step = tr("step {step}", step=count(sample.step))
        return tr("{step}, {s} s ago, waiting", step=step, s=age) if age else step

    def headline(self) -> list[Figure]:
        """Say what is shown, and of which step."""
        words = self._step_words() if self.rows.sample is not None else ""
        return [Figure(self.face.quantity, ""), Figure(words, "")] if words else []

    def take_in(self) -> None:
        """Let the face read the history, then draw."""
        self.phase.show_names(self.rows.phases)
        self._place()
        self.face.take_in()
        self.update(self.rect().adjusted(0, charts.HEADER_PX, 0, 0))

    def restyle(self) -> None:
        """Make the pictures again in the colours of the theme."""
        for face in self.faces:
            face.restyle()
        self.again()

    def table(self) -> Table:
        """Return the face's numbers."""
        self.face.take_in()
        return self.face.table()

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the faces and the phases."""
        for index, face in enumerate(self.faces):
            action = menu.addAction(face.title, partial(self.show_face, index))
            action.setCheckable(True)
            action.setChecked(index == self.switch.current)
        self.phase.fill_menu(menu)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the standing parts, then the data."""
        with QPainter(self) as painter:
            chart = self.face.chart()
            if chart is None:
                self._paint_empty(painter)
                return
            ratio = self.devicePixelRatioF()
            pixmap = self._standing.pixmap(chart, self.size(), ratio)
            painter.drawPixmap(0, 0, pixmap)
            area = chart.area(self.size())
            painter.setFont(style.tick_font())
            if self._readout:
                room = QRectF(SPACE_M, 4, self._room_px - SPACE_M - 8, 20)
                painter.setPen(style.colour("fg"))
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._readout)
            self._light()
            self.face.paint(painter, area)
            self._paint_lit(painter, area)

    def draw_vector(self, painter: QPainter) -> None:
        """Draw chart and data without the standing picture and the switch."""
        chart = self.face.chart()
        if chart is None:
            self._paint_empty(painter)
            return
        charts.draw(painter, chart, self.size())
        self.face.paint(painter, chart.area(self.size()))

    def words(self, empty: str) -> str:
        """Return what to say while there is nothing to show.

        Args:
            empty: While no run is on.
        """
        if self.history.sample is not None and self.rows.sample is None:
            return tr("This phase was not measured yet.")
        return super().words(empty)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), style.colour("bg1"))
        painter.setPen(style.colour("fg2"))
        words = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        painter.drawText(
            self.rect().adjusted(16, 16, -16, -16), words, self.words(self._empty)
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the values under the mouse."""
        self._read(event.position())
        self.layer_pointed.emit(self._layer_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the layer that is clicked."""
        super().mouseReleaseEvent(event)
        path = self._layer_at(event.position())
        if path and event.button() == Qt.MouseButton.LeftButton:
            self.layer_chosen.emit(path)

    def _layer_at(self, position: QPointF) -> str:
        """Return the path of the layer whose row, its name included, is there."""
        chart, paths = self.face.chart(), self.rows.layers.paths
        area = chart.area(self.size()) if chart else QRectF()
        if not area.top() <= position.y() <= area.bottom() or not paths:
            return ""
        row = self.face.row_at((position.y() - area.top()) / area.height())
        return paths[row] if 0 <= row < len(paths) else ""

    def leaveEvent(self, _event: QEvent) -> None:
        """Forget the reading."""
        self._set_readout("")
        self.layer_pointed.emit("")

    def _read(self, position: QPointF) -> None:
        chart = self.face.chart()
        area = chart.area(self.size()) if chart else QRectF()
        if not area.contains(position):
            self._set_readout("")
            return
        x = (position.x() - area.left()) / area.width()
        y = (position.y() - area.top()) / area.height()
        self._set_readout(self.face.read(x, y))

    def _set_readout(self, text: str) -> None:
        if text != self._readout:
            self._readout = text
            is_free = not text or self.figures.parent() is not self
            self.figures.setVisible(is_free)
            self._place()
            self.update()

    def _on_mode_changed(self, _index: int) -> None:
        self.setAccessibleDescription(tr("Shows: {what}", what=self.face.title))
        self.catch_up()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the switch at the top right."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Put the chooser of phases beside the switch; a reading may cover it."""
        self.switch.place(self.width() - 8, 4)
        right = self.switch.x() if self.switch.isVisibleTo(self) else self.width() - 8
        self._room_px = right
        self.phase.place(right - 6, 4)
        self.phase.setVisible(self.phase.has_choice and not self._readout)
        self.place_figures()

    def free_right(self) -> int:
        """Return where the switch, or the chooser of phases, begins."""
        return self.phase.x() if self.phase.has_choice else self._room_px

    def _on_phase_chosen(self, phase: int) -> None:
        self.rows.phase = phase
        self.catch_up()
        self.update()
