"""How the rows are split, whether both parts are alike, and what can be chosen."""

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.plain import percent
from engine.protocol.data.surveys import ColumnFacts, DataSurvey, SplitFacts
from workbench.data import words
from workbench.data.bars import draw_bars
from workbench.theme import fonts
from workbench.theme.label import beside
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_S, SPACE_XS, current

_BAR_PX, _CHART_PX = 12, 72
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MOST_GROUPS = 0.5
"""Groups for each row, up to which a column is offered for splitting."""
_RANDOM = ""


class SplitPicture(QWidget):
    """A bar of both parts, and the target in each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.split: SplitFacts | None = None
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)

    def show_split(self, split: SplitFacts | None) -> None:
        """Show another split."""
        self.split = split
        if split is not None:
            self.setAccessibleName(
                tr("{n} train, {m} validate", n=f"{split.train:,}",
                   m=f"{split.held:,}")
            )  # fmt: skip
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Be as high as bar, words and chart need."""
        has_bars = self.split is not None and len(self.split.train_bars) > 0
        return QSize(200, _BAR_PX + 24 + (_CHART_PX + 18 if has_bars else 0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both."""
        split = self.split
        if split is None:
            return
        with QPainter(self) as painter:
            self._draw_bar(painter, split)
            if len(split.train_bars):
                self._draw_chart(painter, split)

    def _draw_bar(self, painter: QPainter, split: SplitFacts) -> None:
        theme, whole = current(), max(1, split.train + split.held)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        part = (self.width() - 2) * split.train / whole
        painter.setBrush(QColor(theme.series[0]))
        painter.drawRoundedRect(QRectF(0, 0, part, _BAR_PX), 3, 3)
        painter.setBrush(QColor(theme.series[1]))
        rest = QRectF(part + 2, 0, self.width() - part - 2, _BAR_PX)
        painter.drawRoundedRect(rest, 3, 3)
        painter.setFont(fonts.ui(fonts.SECONDARY, fonts.MEDIUM))
        below = QRectF(0, _BAR_PX + 2, self.width(), 20)
        painter.setPen(QColor(theme.text(theme.series[0])))
        painter.drawText(below, _LEFT, tr("{n} train", n=f"{split.train:,}"))
        painter.setPen(QColor(theme.text(theme.series[1])))
        painter.drawText(below, _RIGHT, tr("{n} validate", n=f"{split.held:,}"))

    def _draw_chart(self, painter: QPainter, split: SplitFacts) -> None:
        theme, top = current(), _BAR_PX + 24.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setFont(fonts.ui(fonts.SECONDARY))
        painter.setPen(QColor(theme.fg2))
        head = QRectF(0, top, self.width(), 20)
        alike = tr("{value} apart", value=percent(split.gap))
        painter.drawText(head, _LEFT, word(split.of, 24))
        painter.drawText(head, _RIGHT, alike)
        room = QRectF(0, top + 22, self.width(), _CHART_PX - 22)
        first, second = split.train_bars.tolist(), split.held_bars.tolist()
        most = max(*first, *second, 1e-12)
        self._draw_part(painter, room, first, most)
        self._draw_line(painter, room, second, most)
        painter.setPen(QColor(theme.fg2))
        painter.setFont(fonts.ui(fonts.AXIS))
        foot = QRectF(0, room.bottom() + 2, self.width(), 14)
        low, high = _ends(split)
        painter.drawText(foot, _LEFT, low)
        painter.drawText(foot, _RIGHT, high)

    def _draw_part(
        self, painter: QPainter, room: QRectF, bars: list[float], most: float
    ) -> None:
        share = max(bars, default=0) / most
        height = room.height() * share
        inner = QRectF(room.left(), room.bottom() - height, room.width(), height)
        draw_bars(painter, inner, bars, current().series[0])

    def _draw_line(
        self, painter: QPainter, room: QRectF, bars: list[float], most: float
    ) -> None:
        """Draw the other part as steps over the bars."""
        width = room.width() / max(1, len(bars))
        points = []
        for index, share in enumerate(bars):
            y = room.bottom() - room.height() * share / most
            x = room.left() + index * width
            points += [QPointF(x, y), QPointF(x + width, y)]
        painter.setPen(QPen(QColor(current().series[1]), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))


def _ends(split: SplitFacts) -> tuple[str, str]:
    if split.labels:
        return word(split.labels[0], 16), word(split.labels[-1], 16)
    return words.number(split.low), words.number(split.high)


class SplitView(QWidget):
    """The picture, and the settings of the split.

    Signals:
        by_chosen: Column and role that splits by it; empty for a random split.
        share_chosen: Share of the validation part.
        seed_chosen: Of the split.
    """

    by_chosen = Signal(str, str)
    share_chosen = Signal(float)
    seed_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.picture = SplitPicture()
        self.by, self.share, self.seed = QComboBox(), WholeNumber(), WholeNumber()
        self.by.setAccessibleName(tr("Split"))
        self.by.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.by.setMinimumContentsLength(6)
        self.share.setRange(1, 90)
        self.share.setSuffix(" %")
        self.share.setAccessibleName(tr("Validation part"))
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName(tr("Split seed"))
        for box in (self.share, self.seed):
            box.setKeyboardTracking(False)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.by.activated.connect(self._on_by)
        self.share.valueChanged.connect(lambda v: self.share_chosen.emit(v / 100))
        self.seed.valueChanged.connect(self.seed_chosen)
        self._lay_out()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        box.addWidget(self.picture)
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_S)
        pair.addWidget(self.share, 1)
        pair.addWidget(self.seed, 1)
        for text, field in ((tr("Split"), self.by), (tr("Share, seed"), pair)):
            label = beside(text)
            polish(label, "role", "secondary")
            if isinstance(field, QWidget):
                form.addRow(label, field)
            else:
                form.addRow(label, field)
        box.addSpacing(SPACE_XS)
        box.addLayout(form)

    def show_survey(self, survey: DataSurvey) -> None:
        """Show the split of a source."""
        self.picture.show_split(survey.split)
        validation = survey.params.get("validation", 0.2)
        seed = survey.params.get("split_seed", 0)
        with QSignalBlocker(self.share), QSignalBlocker(self.seed):
            share = validation if isinstance(validation, int | float) else 0.2
            self.share.setValue(round(100 * share))
            self.seed.setValue(seed if isinstance(seed, int) else 0)
        how = survey.split.how if survey.split else "random"
        self.seed.setEnabled(how in {"random", "stratified", "group"})
        self.share.setEnabled(how != "part")
        self._fill(survey)

    def _fill(self, survey: DataSurvey) -> None:
        self.by.clear()
        is_order = survey.sample != "row"
        plain = tr("the end validates") if is_order else tr("at random")
        self.by.addItem(plain, (_RANDOM, ""))
        can_choose = not is_order and "columns" in survey.params
        for column in survey.columns if can_choose else ():
            for role, text in _offers(column, survey.looked_at):
                self.by.addItem(text, (role, column.name))
        split = survey.split
        wanted = (split.how, split.column) if split and split.column else (_RANDOM, "")
        index = next((n for n in range(self.by.count())
                      if tuple(self.by.itemData(n)) == wanted), 0)  # fmt: skip
        self.by.setCurrentIndex(index)
        self.by.setEnabled(self.by.count() > 1)

    def _on_by(self, index: int) -> None:
        role, column = self.by.itemData(index)
        self.by_chosen.emit(column, role)


def _offers(column: ColumnFacts, rows: int) -> list[tuple[str, str]]:
    """Return the ways to split by a column: role and words."""
    name = word(column.name, 24)
    found = []
    if column.role == "part":
        found.append(("part", tr("as {name} says", name=name)))
    is_group = 1 < column.distinct <= max(2, _MOST_GROUPS * rows)
    if (column.role in {"group", "id", "ignore"} and is_group and not column.shape) or (
        column.role == "input" and column.kind == "category" and is_group
    ):
        found.append(("group", tr("whole groups of {name}", name=name)))
    if column.kind == "date" or column.role == "time":
        found.append(("time", tr("the end in time, by {name}", name=name)))
    return found
