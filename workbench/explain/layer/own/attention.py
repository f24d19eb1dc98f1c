"""Attention: one place of a text, and how far it looks at every other.

Axes: H heads, T queries, S keys.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.explain import words
from workbench.explain.layer.own.detail import CENTRE, LINE_PX, At, Detail, write
from workbench.explain.layer.places import Index
from workbench.theme import text
from workbench.theme.tokens import current

_TOLD = 4


@dataclass
class Attended(Detail):
    """The row of one query in one head.

    Args:
        tokens: Words of the places, where the sample is a text.
    """

    tokens: tuple[str, ...] = ()

    @property
    def _name(self) -> str:
        return "inside.share" if self.side == "forward" else "inside.score"

    def start(self) -> At:
        """Return the last query of the first head."""
        values_HTS = self.pieces[self._name].values
        row_S = values_HTS[0, -1]
        return self._name, (0, len(values_HTS[0]) - 1, int(np.abs(row_S).argmax()))

    def _row(self, at: At) -> tuple[Index, Floats] | None:
        """Return head and query of a number, and its row; of joined heads head 0."""
        name, index = at
        values_HTS = self.pieces[self._name].values
        if name.startswith("inside."):
            return index, values_HTS[index[0], index[1]]
        if len(index) == 3:  # an output of each head
            return index[:2], values_HTS[index[0], index[1]]
        if len(index) != 2 or index[0] >= values_HTS.shape[1]:
            return None
        return (0, index[0]), values_HTS[0, index[0]]

    def _token(self, place: int) -> str:
        if place < len(self.tokens):
            known = {" ": "␣", "\n": "↵", "\t": "⇥"}
            return f"“{known.get(self.tokens[place], self.tokens[place])}”"
        return ""

    def _at(self, place: int) -> str:
        return f"{place} {self._token(place)}".strip()

    def lines(self, at: At) -> list[str]:
        """Return where a query looks most, or where its gradient is largest."""
        found = self._row(at)
        if found is None:
            return []
        (head, query, *_), row_S = found
        largest = np.abs(row_S).argsort(kind="stable")[::-1][:_TOLD].tolist()
        told = [key for key in largest if row_S[key]]
        if self.side == "forward":
            title = tr(
                "Head {n}: place {place} looks at", n=head, place=self._at(query)
            )
            parts = [
                f"{self._at(key)} {text.percent(round(float(row_S[key]), 3))}"
                for key in told
            ]
        else:
            title = tr("Head {n}: ∂L/∂s of place {place}", n=head,
                       place=self._at(query))  # fmt: skip
            parts = [f"{self._at(k)} {words.signed(float(row_S[k]))}" for k in told]
        return [title, "   ".join(parts)]

    def paint(self, painter: QPainter, at: At) -> None:
        """Draw a bar for every key."""
        found = self._row(at)
        rest = self.head(painter, self.lines(at))
        if found is None:
            return
        index, row_S = found
        theme = current()
        plot = rest.adjusted(0, 2, 0, -LINE_PX)
        high, low = max(0.0, float(row_S.max())), min(0.0, float(row_S.min()))
        span = (high - low) or 1.0
        zero = plot.top() + plot.height() * high / span
        width = plot.width() / len(row_S)
        for key, value in enumerate(row_S.tolist()):
            top = zero - max(value, 0.0) / span * plot.height()
            tall = max(abs(value) / span * plot.height(), 0.5 if value else 0.0)
            bar = QRectF(
                plot.left() + key * width + 0.5, top, max(1.0, width - 1), tall
            )
            own = (
                theme.forward if self.side == "forward" else theme.signed(value / span)
            )
            colour = QColor(own)
            is_it = len(index) > 2 and key == index[2]
            colour.setAlpha(255 if is_it or self.side == "backward" else 170)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRect(bar)
            if width >= 11:
                box = QRectF(bar.left() - 3, plot.bottom() + 2, width + 6, LINE_PX - 2)
                name = self._token(key).strip("“”") or str(key)
                write(painter, box, name, "fg" if is_it else "fg2", CENTRE)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero))
        if width < 11:
            foot = QRectF(plot.left(), plot.bottom() + 2, plot.width(), LINE_PX - 2)
            write(painter, foot, f"0 … {len(row_S) - 1}")
