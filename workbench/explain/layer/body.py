"""The plates of a layer's page, and the cell under the cursor."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy

from engine.i18n import tr
from workbench import theme
from workbench.explain.layer import layouts
from workbench.explain.layer.layouts import Page
from workbench.explain.layer.own.detail import At
from workbench.explain.layer.places import Index, place_of
from workbench.explain.layer.plates import Plate
from workbench.explain.layer.subject import Subject
from workbench.explain.saving import Drawn
from workbench.theme import fonts
from workbench.theme.tokens import SPACE_L, current

_LEAST = QSize(360, 160)


@dataclass(frozen=True)
class Spot:
    """A cell of a plate.

    Args:
        plate: Where it is.
        index: In the piece.
    """

    plate: Plate
    index: Index


class Body(Drawn):
    """Draws a page. The cell under the cursor is told; a click keeps it.

    Signals:
        pointed: Name of a piece and the place of a number in it; None for none.
        chosen: The same, clicked.
    """

    pointed = Signal(str, object)
    chosen = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Expanding)
        self.setAccessibleName(tr("The layer's numbers"))
        self._subject: Subject | None = None
        self.page = Page(())
        self.under: Spot | None = None
        self._why = ""
        self.kept: tuple[str, Index] | None = None
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some room; more is welcome."""
        return QSize(560, 420)

    def minimumSizeHint(self) -> QSize:
        """Return what is needed to see something."""
        return _LEAST

    def show_subject(self, subject: Subject | None) -> None:
        """Show another page, or the same with other numbers."""
        self._subject, self.under = subject, None
        self._place()

    def show_nothing(self, why: str) -> None:
        """Show no page, and why there is none."""
        self._why, self.kept = why, None
        self.show_subject(None)

    def keep(self, name: str, index: Index | None) -> None:
        """Ring a cell; None rings none."""
        self.kept = None if index is None else (name, index)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the plates anew."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        area = QRectF(self.rect()).adjusted(SPACE_L, 4, -SPACE_L, -8)
        subject = self._subject
        self.page = Page(()) if subject is None else layouts.page_of(subject, area)
        self._refresh()

    @property
    def at(self) -> At | None:
        """What the detail is about: what is pointed at, or else chosen, or largest."""
        detail = self.page.detail
        if detail is None:
            return None
        names = {plate.name for plate in self.page.plates}
        if self.under is not None:
            return self.under.plate.name, self.under.index
        if self.kept is not None and self.kept[0] in names:
            return self.kept
        return detail.start()

    def _refresh(self) -> None:
        """Draw anew; what is written of a number is read aloud, too."""
        detail, at = self.page.detail, self.at
        said = detail.lines(at) if detail is not None and at is not None else []
        self.setAccessibleDescription("\n".join(said))
        self.update()

    def spot_at(self, place: QPointF) -> Spot | None:
        """Return the cell at a place."""
        for plate in self.page.plates:
            index = plate.index_at(place)
            if index is not None:
                return Spot(plate, index)
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the cell under the cursor."""
        self._point(self.spot_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the cursor is gone."""
        super().leaveEvent(event)
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep the cell that is clicked."""
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.kept = (spot.plate.name, spot.index)
            self.chosen.emit(spot.plate.name, place_of(spot.plate.piece, spot.index))
            self._refresh()

    def _point(self, spot: Spot | None) -> None:
        if spot != self.under:
            self.under = spot
            name = spot.plate.name if spot else ""
            place = place_of(spot.plate.piece, spot.index) if spot else None
            self.pointed.emit(name, place)
            self._refresh()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the page."""
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        """Draw the page, also into a file."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.page.plates:
            painter.setFont(fonts.ui())
            painter.setPen(QColor(current().fg2))
            centre = Qt.AlignmentFlag.AlignCenter
            box = self.rect().adjusted(SPACE_L, 0, -SPACE_L, 0)
            wrapped = centre | Qt.TextFlag.TextWordWrap
            painter.drawText(box, wrapped, self._empty_words())
            return
        for plate in self.page.plates:
            painter.save()
            plate.paint(painter)
            painter.restore()
        self._draw_detail(painter)
        if self.kept is not None:
            self._ring(painter, *self.kept, current().accent)
        if self.under is not None:
            self._ring(painter, self.under.plate.name, self.under.index, current().fg)

    def _draw_detail(self, painter: QPainter) -> None:
        """Draw how a number comes about, and ring what it is made of."""
        detail, at = self.page.detail, self.at
        if detail is None or at is None:
            return
        painter.save()
        detail.paint(painter, at)
        painter.restore()
        plates = {plate.name: plate for plate in self.page.plates}
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(current().fg), 1.5))
        painter.drawRects(detail.rings(plates, at))

    def _empty_words(self) -> str:
        if self._subject is None:
            return self._why or tr("Nothing is held still yet")
        return tr("This layer has no weights: there is nothing to update")

    def _ring(self, painter: QPainter, name: str, index: Index, colour: str) -> None:
        """Ring a cell, with its row and column, and what they point at."""
        plates = {plate.name: plate for plate in self.page.plates}
        plate = plates.get(name)
        if plate is None or len(index) != plate.values.ndim:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        cell = plate.rect_of(index)
        window = self.page.window
        if window is not None and name == window.target:
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawRects(window.rects(plates, index))
        links = self.page.links
        if links is not None and name in links:
            self._cross(painter, plates, links, (name, index))
        painter.setPen(QPen(QColor(colour), 2))
        painter.drawRoundedRect(cell.adjusted(-1.5, -1.5, 1.5, 1.5), 2, 2)

    def _cross(
        self,
        painter: QPainter,
        plates: dict[str, Plate],
        links: tuple[str, str, str],
        at: tuple[str, Index],
    ) -> None:
        """Draw the row and the column of a matrix that a cell belongs to."""
        matrix, rows, columns = (plates[name] for name in links)
        name, index = at
        row = index[0] if name in links[:2] else None
        column = index[-1] if name in (links[0], links[2]) else None
        painter.setPen(QPen(QColor(current().fg2), 1))
        if row is not None and row < matrix.values.shape[0]:
            band = matrix.rect_of((row, 0)).united(
                matrix.rect_of((row, matrix.values.shape[1] - 1))
            )
            painter.drawRect(band)
            if row < len(rows.values):
                painter.drawRect(rows.rect_of((row,)))
        if column is not None and column < matrix.values.shape[1]:
            band = matrix.rect_of((0, column)).united(
                matrix.rect_of((matrix.values.shape[0] - 1, column))
            )
            painter.drawRect(band)
            if column < len(columns.values):
                painter.drawRect(columns.rect_of((column,)))
