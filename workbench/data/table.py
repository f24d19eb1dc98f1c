"""The table of a source: its rows, below what is known of each column."""

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.data.surveys import ColumnFacts, DataSurvey
from workbench import theme
from workbench.data import bars, words
from workbench.theme import fonts
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import current, mix, readable

HEAD_PX, ROW_PX, LEAST_PX, MOST_PX = 152, 24, 84, 180
_LINK_PX = 32
_Index = QModelIndex | QPersistentModelIndex
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FAR = 3.0
"""Deviations from the mean, from which a cell is marked."""


class Cells(QAbstractTableModel):
    """The first rows, as words."""

    def __init__(self) -> None:
        super().__init__()
        self.survey: DataSurvey | None = None

    def show_survey(self, survey: DataSurvey | None) -> None:
        """Show another source."""
        self.beginResetModel()
        self.survey = survey
        self.endResetModel()

    def facts(self, column: int) -> ColumnFacts | None:
        """Return what is known of a column."""
        columns = self.survey.columns if self.survey else ()
        return columns[column] if 0 <= column < len(columns) else None

    def word(self, row: int, column: int) -> str:
        """Return a cell."""
        if self.survey is None:
            return ""
        cells = self.survey.cells[column] if column < len(self.survey.cells) else ()
        if row < len(cells):
            return cells[row]
        facts = self.survey.columns[column]
        return "×".join(map(str, facts.shape)) if facts.shape else ""

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return how many rows are shown."""
        del parent
        return len(self.survey.numbers) if self.survey else 0

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return how many columns there are."""
        del parent
        return len(self.survey.columns) if self.survey else 0

    def data(self, index: _Index, role: int = 0) -> Any:  # noqa: ANN401 - as Qt's
        """Return a cell's words."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.word(index.row(), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = 0
    ) -> Any:  # noqa: ANN401 - as Qt's
        """Return a column's name, or where a row stands in the file."""
        if role == Qt.ItemDataRole.ToolTipRole and orientation == _ACROSS:
            facts = self.facts(section)
            return tip(_about(facts)) if facts else None
        if role != Qt.ItemDataRole.DisplayRole or self.survey is None:
            return None
        if orientation == _ACROSS:
            facts = self.facts(section)
            return facts.name if facts else ""
        return str(self.survey.numbers[section])


_ACROSS = Qt.Orientation.Horizontal


def _about(facts: ColumnFacts) -> str:
    lines = [facts.name, words.role_help(facts.role)]
    if facts.why:
        lines.append(tr("Guessed: {why}", why=facts.why))
    return "\n".join(lines)


class _Delegate(QStyledItemDelegate):
    """Draws cells: numbers to the right, gaps faint, strays in a frame."""

    def __init__(self, table: "DataTable") -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        """Draw a cell."""
        table, tokens = self._table, current()
        facts = table.cells.facts(index.column())
        if facts is None:
            return
        room = QRectF(option.rect)
        painter.fillRect(room, QColor(ground(facts, index.column() == table.chosen)))
        painter.setPen(QPen(QColor(mix(tokens.bg1, tokens.line, 0.5)), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        word = table.cells.word(index.row(), index.column())
        if _is_far(facts, word):
            self._frame(painter, room)
        is_number = facts.kind in {"number", "date"} or bool(facts.shape)
        painter.setFont(fonts.mono() if is_number else fonts.ui(fonts.SECONDARY))
        is_used = facts.role not in {"ignore", "id"}
        tint = tokens.fg if word and is_used else tokens.fg3
        if facts.shape:
            tint = tokens.fg3
        painter.setPen(QColor(tint))
        inner = room.adjusted(8, 0, -8, 0)
        shown = word or "–"
        metrics = QFontMetricsF(painter.font())
        cut = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _RIGHT if is_number else _LEFT, cut)

    def _frame(self, painter: QPainter, room: QRectF) -> None:
        tokens = current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.warn), 1))
        painter.setBrush(QColor(mix(tokens.bg1, tokens.warn, 0.16)))
        painter.drawRoundedRect(room.adjusted(3.5, 2.5, -3.5, -3.5), 4, 4)
        painter.restore()


def ground(facts: ColumnFacts, is_chosen: bool) -> str:
    """Return the ground of a column: chosen and target stand out."""
    tokens = current()
    if is_chosen:
        return mix(tokens.bg1, tokens.accent, 0.14)
    if facts.role == "target":
        return mix(tokens.bg1, tokens.series[2], 0.10)
    return tokens.bg1


def _is_far(facts: ColumnFacts, word: str) -> bool:
    if facts.kind != "number" or facts.mean is None or not facts.deviation:
        return False
    try:
        return abs(float(word) - facts.mean) > _FAR * facts.deviation
    except ValueError:
        return False


class Head(QHeaderView):
    """What is known of each column, drawn above it."""

    def __init__(self, table: "DataTable") -> None:
        super().__init__(_ACROSS, table)
        self._table = table
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultSectionSize(LEAST_PX)
        self.setMinimumSectionSize(56)

    def sizeHint(self) -> QSize:
        """Be as high as a histogram and its words need."""
        return QSize(super().sizeHint().width(), self._table.head_px)

    def paintSection(self, painter: QPainter, rect: Any, logicalIndex: int) -> None:  # noqa: N803, ANN401 - as Qt's
        """Draw name, pill, histogram, range and link of a column."""
        facts = self._table.cells.facts(logicalIndex)
        if facts is None:
            return
        tokens, room = current(), QRectF(rect)
        painter.save()
        is_chosen = logicalIndex == self._table.chosen
        painter.fillRect(room, QColor(ground(facts, is_chosen)))
        inner = room.adjusted(8, 0, -8, 0)
        self._name(painter, inner, facts)
        draw_pill(painter, QRectF(inner.left(), 30, inner.width(), 20), facts)
        bars.draw(painter, QRectF(inner.left(), 56, inner.width(), 40), facts)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(tokens.fg2))
        _centred(painter, QRectF(inner.left() - 6, 98, inner.width() + 12, 18),
                 words.span(facts))  # fmt: skip
        if facts.link is not None and facts.role == "input":
            side = min(60.0, inner.width())
            left = inner.center().x() - side / 2
            bars.draw_link(painter, QRectF(left, 119, side, 6), facts.link)
            painter.setPen(QColor(tokens.fg if abs(facts.link) > 0.4 else tokens.fg2))
            _centred(painter, QRectF(inner.left(), 128, inner.width(), 18),
                     f"{facts.link:+.2f}".replace("-", "−"))  # fmt: skip
        painter.restore()

    def _name(self, painter: QPainter, room: QRectF, facts: ColumnFacts) -> None:
        painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
        is_used = facts.role not in {"ignore", "id"}
        painter.setPen(QColor(current().fg if is_used else current().fg3))
        _centred(painter, QRectF(room.left(), 8, room.width(), 20), facts.name)


def draw_pill(painter: QPainter, room: QRectF, facts: ColumnFacts) -> None:
    """Draw the role or kind of a column in a rounded box."""
    tokens, word = current(), words.pill(facts)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(fonts.ui(fonts.AXIS, fonts.MEDIUM))
    metrics = QFontMetricsF(painter.font())
    width = min(room.width(), metrics.horizontalAdvance(word) + 16)
    box = QRectF(room.center().x() - width / 2, room.top(), width, 18)
    fill, tint = tokens.bg3, tokens.text("fg2")
    if facts.role == "target":
        fill = mix(tokens.bg1, tokens.series[2], 0.25)
        tint = readable(tokens.series[2], fill)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box, 9, 9)
    painter.setPen(QColor(tint))
    _centred(painter, box, word)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _centred(painter: QPainter, room: QRectF, word: str) -> None:
    metrics = QFontMetricsF(painter.font())
    cut = metrics.elidedText(word, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, _CENTRE, cut)


class DataTable(QTableView):
    """The rows of a source; a click on a column chooses it.

    Args:
        parent: Qt's owner.

    Attributes:
        cells: The model.
        chosen: The column that is chosen; −1 for none.
    """

    column_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells, self.chosen = Cells(), -1
        self.setModel(self.cells)
        self.setHorizontalHeader(Head(self))
        self.setItemDelegate(_Delegate(self))
        self.setShowGrid(False)
        self.setAccessibleName(tr("Table"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        mode = QAbstractItemView.ScrollMode.ScrollPerPixel
        self.setHorizontalScrollMode(mode)
        self.setVerticalScrollMode(mode)
        side = self.verticalHeader()
        side.setDefaultSectionSize(ROW_PX)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultAlignment(_RIGHT)
        side.setHighlightSections(False)
        polish(side, "rows", value=True)
        self.horizontalHeader().sectionClicked.connect(self.choose)
        self.clicked.connect(lambda index: self.choose(index.column()))
        theme.signals.changed.connect(self.viewport().update)

    @property
    def has_links(self) -> bool:
        """Whether it is known what columns say of the target."""
        survey = self.cells.survey
        columns = survey.columns if survey else ()
        return any(c.link is not None and c.role == "input" for c in columns)

    @property
    def head_px(self) -> int:
        """Height of what stands above the rows."""
        return HEAD_PX if self.has_links else HEAD_PX - _LINK_PX

    def show_survey(self, survey: DataSurvey | None) -> None:
        """Show another source, or the same one read again: its choice stays."""
        before = self.cells.facts(self.chosen)
        self.cells.show_survey(survey)
        names = [c.name for c in survey.columns] if survey else []
        kept = before is not None and before.name in names
        self.chosen = names.index(before.name) if before and kept else -1
        self._fit()

    def choose(self, column: int) -> None:
        """Choose a column."""
        if self.cells.facts(column) is not None:
            self.chosen = column
            self.column_chosen.emit(column)
            self.viewport().update()
            self.horizontalHeader().viewport().update()

    def choose_named(self, name: str) -> None:
        """Choose a column by its name, and bring it into view."""
        survey = self.cells.survey
        names = [c.name for c in survey.columns] if survey else []
        if name in names:
            column = names.index(name)
            self.choose(column)
            top = self.rowAt(0)
            self.scrollTo(self.cells.index(max(0, top), column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the column before or after with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        facts = self.cells.facts(self.chosen + step) if step else None
        if facts is None:
            super().keyPressEvent(event)
        else:
            self.choose_named(facts.name)

    def _fit(self) -> None:
        """Give each column what its words need, and share what is left."""
        survey = self.cells.survey
        if survey is None:
            return
        bold = QFontMetricsF(fonts.ui(weight=fonts.SEMIBOLD))
        small = QFontMetricsF(fonts.ui(fonts.AXIS))
        wanted = []
        for facts in survey.columns:
            need = max(
                bold.horizontalAdvance(facts.name) + 20,
                small.horizontalAdvance(words.span(facts)) + 12,
            )
            wanted.append(min(MOST_PX, max(LEAST_PX, round(need))))
        spare = self.viewport().width() - sum(wanted)
        more = min(60, spare // max(1, len(wanted))) if spare > 0 else 0
        for index, width in enumerate(wanted):
            self.setColumnWidth(index, width + more)
        self.horizontalHeader().updateGeometry()

    def resizeEvent(self, event: Any) -> None:  # noqa: ANN401 - as Qt's
        """Use the width."""
        super().resizeEvent(event)
        self._fit()
