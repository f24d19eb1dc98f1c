"""How a run looks in the list: what is different, how good it is, how it went."""

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.i18n import tr
from engine.protocol.past_runs import RunSummary
from workbench.app.compare.states import state_words
from workbench.app.run import dates
from workbench.app.shelf import rows
from workbench.theme import fonts, icons, text
from workbench.theme.tokens import RADIUS_NODE, Tokens, current, mix

HEIGHT_PX = 88
_LEFT_PX, _RIGHT_PX, _TOP_PX = 16, 16, 10
_MOST_SCORE_PX, _SPARK_PX, _SPARK_HIGH_PX = 120, 96, 20
_STRIP_PX, _STAR_PX = 3, 14
_FLAGS = Qt.AlignmentFlag
_LEFT = int(_FLAGS.AlignLeft | _FLAGS.AlignVCenter)
_RIGHT = int(_FLAGS.AlignRight | _FLAGS.AlignVCenter)


class RunCard(QStyledItemDelegate):
    """Draws a run.

    Attributes:
        current: Folder of the run that the window shows, by its name.
        trains: That run goes on.
    """

    current, trains = "", False

    def sizeHint(
        self,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        """Return the same height for every run."""
        return QSize(200, HEIGHT_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one."""
        run: RunSummary = index.data(rows.RUN)
        theme, state = current(), option.state
        area = QRectF(option.rect).adjusted(8, 2, -8, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, area, state, is_shown=run.run == self.current)
        inner = area.adjusted(_LEFT_PX - 4, _TOP_PX - 2, -(_RIGHT_PX - 4), -8)
        wide = self._draw_score(painter, inner, run, theme)
        self._draw_words(painter, inner.adjusted(0, 0, -wide - 12, 0), run, theme)
        self._draw_foot(painter, inner, run, theme)
        painter.restore()

    def _draw_ground(
        self,
        painter: QPainter,
        area: QRectF,
        state: QStyle.StateFlag,
        *,
        is_shown: bool,
    ) -> None:
        theme, flags = current(), QStyle.StateFlag
        is_chosen = bool(state & flags.State_Selected)
        is_near = bool(state & flags.State_MouseOver)
        ground = theme.bg3 if is_near else theme.bg2
        if is_chosen:
            ground = mix(theme.bg2, theme.accent, 0.16)
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(theme.accent if is_chosen else theme.line)))
        box = area.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS_NODE, RADIUS_NODE)
        if is_shown:
            strip = QRectF(
                area.left() + 1, area.top() + 8, _STRIP_PX, area.height() - 16
            )
            painter.fillRect(strip, QColor(theme.accent))

    def _draw_words(
        self, painter: QPainter, area: QRectF, run: RunSummary, theme: Tokens
    ) -> None:
        """Draw title and, below it, project, time and how long it took."""
        line = QRectF(area.left(), area.top(), area.width(), 20)
        if run.marks.is_starred:
            star = icons.pixmap("star-full", "warn", _STAR_PX, _ratio(painter))
            painter.drawPixmap(QPointF(line.left(), line.center().y() - 7), star)
            line.setLeft(line.left() + _STAR_PX + 4)
        _write(painter, line, run.heading, fonts.ui(weight=fonts.SEMIBOLD), theme.fg)
        took = text.duration(run.took_s) if run.took_s >= 0 else ""
        title = run.title if run.heading != run.title else ""
        parts = filter(None, (title, dates.said(run.created), took))
        below = QRectF(area.left(), area.top() + 20, area.width(), 18)
        small = fonts.ui(fonts.SECONDARY)
        _write(painter, below, "  ·  ".join(parts), small, theme.fg2)

    def _draw_score(
        self, painter: QPainter, area: QRectF, run: RunSummary, theme: Tokens
    ) -> float:
        """Draw the value and its name; return how much room they take."""
        value, words = rows.score_words(run) or "–", run.score_title or tr("no score")
        large = fonts.ui(fonts.SECTION, fonts.SEMIBOLD)
        small = fonts.ui(fonts.SECONDARY)
        wide = 0.0
        for said, font in ((value, large), (words, small)):
            painter.setFont(font)
            wide = max(wide, painter.fontMetrics().horizontalAdvance(said) + 2.0)
        wide = min(wide, _MOST_SCORE_PX)
        tint = theme.fg if run.score_title else theme.fg3
        line = QRectF(area.right() - wide, area.top(), wide, 20)
        _write(painter, line, value, large, tint, _RIGHT)
        below = QRectF(area.right() - wide, area.top() + 20, wide, 18)
        _write(painter, below, words, small, theme.fg2, _RIGHT)
        return wide

    def _draw_foot(
        self, painter: QPainter, area: QRectF, run: RunSummary, theme: Tokens
    ) -> None:
        """Draw the sparkline, tags, and goal or end."""
        foot = QRectF(area.left(), area.bottom() - _SPARK_HIGH_PX, area.width(),
                      _SPARK_HIGH_PX)  # fmt: skip
        spark = QRectF(foot.left(), foot.top(), _SPARK_PX, foot.height())
        _draw_spark(painter, spark, run.spark, theme)
        is_on = self.trains and run.run == self.current
        ended, token = state_words(run, trains=is_on)
        small = fonts.ui(fonts.SECONDARY)
        words, tint = ended, theme.text(token, "bg2")
        if not ended and run.goal:
            words = tr("goal reached") if run.is_met else tr("below its goal")
            tint = theme.text("ok" if run.is_met else "warn", "bg2")
        painter.setFont(small)
        wide = painter.fontMetrics().horizontalAdvance(words) + 4
        right = QRectF(foot.right() - wide, foot.top(), wide, foot.height())
        _write(painter, right, words, small, tint, _RIGHT)
        tags = QRectF(foot)
        tags.setLeft(spark.right() + 12)
        tags.setRight(right.left() - 8)
        shown = " ".join(f"#{tag}" for tag in run.marks.tags)
        _write(painter, tags, shown, small, theme.text("accent", "bg2"))


def _draw_spark(
    painter: QPainter, area: QRectF, values: tuple[float, ...], theme: Tokens
) -> None:
    """Draw the score over the run, with a dot at its end."""
    tint = QColor(theme.series[0])
    if len(values) < 2:
        painter.setPen(QPen(QColor(theme.line)))
        middle = round(area.center().y()) + 0.5
        painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        return
    low, high = min(values), max(values)
    span = high - low or 1.0
    inner = area.adjusted(0, 3, -4, -3)
    points = [
        QPointF(
            inner.left() + i / (len(values) - 1) * inner.width(),
            inner.bottom() - (value - low) / span * inner.height(),
        )
        for i, value in enumerate(values)
    ]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tint, 1.5))
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawEllipse(points[-1], 2.5, 2.5)


def _write(
    painter: QPainter,
    area: QRectF,
    words: str,
    font: QFont,
    tint: str,
    flags: int = _LEFT,
) -> None:
    """Draw a line of words, cut where it is too long."""
    painter.setFont(font)
    painter.setPen(QColor(tint))
    line = text.word(words, 200)
    shown = painter.fontMetrics().elidedText(
        line, Qt.TextElideMode.ElideRight, max(0, int(area.width()))
    )
    painter.drawText(area, flags, shown)


def _ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatioF()
