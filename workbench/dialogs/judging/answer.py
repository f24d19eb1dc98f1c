"""What a network answers to one sample: the answer large, the others as bars."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.theme import fonts, text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M, SPACE_S, SPACE_XS

_ROW_PX, _BAR_PX, _FIGURE_PX, _MOST_ROWS = 24, 8, 60, 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Bars(QWidget):
    """Names with a bar each; the first is the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, float]] = []
        self.setMinimumWidth(240)

    def show_rows(self, rows: list[tuple[str, float]]) -> None:
        """Show names and shares, the largest first."""
        self.rows = rows[:_MOST_ROWS]
        self.setAccessibleName(
            ", ".join(f"{name} {text.percent(share)}" for name, share in self.rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all rows there can be: the window keeps its size."""
        return QSize(300, _ROW_PX * _MOST_ROWS)

    def minimumSizeHint(self) -> QSize:
        """Return the same: no row is cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        now = theme.current()
        font = fonts.ui(fonts.SECONDARY)
        metrics = QFontMetricsF(font)
        most = self.width() / 3
        wide = max((metrics.horizontalAdvance(n) for n, _ in self.rows), default=0)
        name_px = min(most, wide) + SPACE_M
        room = self.width() - name_px - _FIGURE_PX
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            for index, (name, share) in enumerate(self.rows):
                top = index * _ROW_PX
                ink = QColor(now.fg if index == 0 else now.fg2)
                painter.setPen(ink)
                cut = metrics.elidedText(name, Qt.TextElideMode.ElideRight, most)
                painter.drawText(QRectF(0, top, name_px, _ROW_PX), _LEFT, cut)
                where = QRectF(self.width() - _FIGURE_PX, top, _FIGURE_PX, _ROW_PX)
                words = text.percent(share, steady=True)
                painter.drawText(where, _RIGHT, words)
                painter.setPen(Qt.PenStyle.NoPen)
                bar = QRectF(name_px, top + (_ROW_PX - _BAR_PX) / 2, room, _BAR_PX)
                painter.setBrush(QColor(now.bg3))
                painter.drawRoundedRect(bar, 4, 4)
                bar.setWidth(room * share)
                painter.setBrush(QColor(now.accent if index == 0 else now.fg3))
                if share * room >= 1:
                    painter.drawRoundedRect(bar, 4, 4)


class AnswerPane(QWidget):
    """The right half of a window that tries a network."""

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_XS)
        caption = Label(tr("Answer"))
        polish(caption, "role", "heading")
        self.title, self.words, self.bars = Label(), Label(), Bars()
        polish(self.title, "role", "title")
        self.title.setWordWrap(True)
        self.words.setWordWrap(True)
        box.addWidget(caption)
        box.addWidget(self.title)
        box.addWidget(self.words)
        box.addSpacing(SPACE_S)
        box.addWidget(self.bars)
        box.addStretch(1)

    def say(self, title: str, words: str, role: str = "secondary") -> None:
        """Say something in the answer's place."""
        self.title.setText(title)
        polish(self.words, "role", role)
        self.words.setText(words)

    def show_answer(self, record: Mapping[str, object]) -> None:
        """Show what the engine told."""
        if error := record.get("error"):
            self.say("–", str(error), "error")
            self.bars.show_rows([])
            return
        names, values = _rows(record)
        if record.get("kind") == "written":
            self.say(tr("It goes on"), str(record.get("text", ""))[:4000], "text")
            self.bars.show_rows([])
        elif record.get("kind") == "text":
            self.say(text.word(str(record.get("text", "")), 200), "")
            self.bars.show_rows([])
        elif record.get("kind") == "numbers":
            pairs = zip(names, values, strict=True)
            shown = [f"{name} {text.figure(value)}" for name, value in pairs]
            self.say(text.figure(values[0]) if values else "–", names[0])
            if len(shown) > 1:
                self.say(shown[0], "\n".join(shown[1:20]))
            self.bars.show_rows([])
        else:
            self.say(shown_name(names[0]), _sure(values))
            pairs = zip(names, values, strict=True)
            self.bars.show_rows([(shown_name(n), v) for n, v in pairs])


_NEARLY_SURE = 0.999


def _rows(record: Mapping[str, object]) -> tuple[list[str], list[float]]:
    names, values = record.get("names"), record.get("values")
    found = [str(each) for each in names] if isinstance(names, list) else []
    told = [float(each) for each in values] if isinstance(values, list) else []
    count = min(len(found), len(told))
    return found[:count], told[:count]


def shown_name(name: str) -> str:
    """Return a class or token as it is shown: spaces and line ends can be seen."""
    marks = {" ": "␣", "\n": "↵", "\t": "⇥", "": tr("(nothing)")}
    return marks.get(name) or text.word(name.replace("\n", "↵"), 60)


def _sure(values: list[float]) -> str:
    """Return how sure it is; nothing that is but nearly so is called 100 %."""
    if values[0] > _NEARLY_SURE:
        return tr("over {share} sure", share=text.percent(_NEARLY_SURE))
    words = tr("{share} sure", share=text.percent(values[0], steady=True))
    if len(values) > 1 and values[0] - values[1] < 0.1:
        return tr("{words}: hardly more than the next", words=words)
    return words
