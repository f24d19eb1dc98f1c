"""A weight's update as a sum: a row for each term, bars that end where it stands."""

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.tracing import WeightExplained
from workbench import theme
from workbench.explain import words
from workbench.theme import fonts
from workbench.theme.tokens import SPACE_L, current

_ROW_PX, _FOOT_PX = 24.0, 42
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TINTS = {
    "batch": "backward",
    "momentum": "norm",
    "l1": "warn",
    "ewc": "pool",
    "decay_l2": "io",
    "decay": "io",
}
_FORMULAS = {
    "sgd": {"batch": "−η g", "momentum": "−η μ b"},
    "adam": {"batch": "−η (1−β₁) g / D", "momentum": "−η β₁ m / D"},
    "adamw": {"batch": "−η (1−β₁) g / D", "momentum": "−η β₁ m / D"},
    "nadam": {"batch": "−η … g / D", "momentum": "−η … m / D"},
    "adagrad": {"batch": "−η g / (√Σg² + ε)"},
    "rmsprop": {"batch": "−η g / (√v + ε)", "momentum": "−η μ b"},
}
_DECAYS = {"decay": "−η λ w", "decay_l2": "… λ w", "l1": "… λ₁ sign w", "ewc": "…"}


class Term(NamedTuple):
    """A row.

    Args:
        name: Words.
        formula: In symbols.
        value: Its part of the step; or a weight, at the ends.
        tint: Token.
        is_weight: It is the weight itself, before or after.
    """

    name: str
    formula: str
    value: float
    tint: str
    is_weight: bool = False


def terms(why: WeightExplained, optimizer: str) -> tuple[Term, ...]:
    """Return the rows of an update: before, its terms, after."""
    known = {**_DECAYS, **_FORMULAS.get(optimizer, {})}
    rows = [Term(tr("before"), "w", why.before, "fg", is_weight=True)]
    rows += [
        Term(words.term(name), known.get(name, ""), value, _TINTS[name])
        for name, value in why.terms.items()
    ]
    return (*rows, Term(tr("after"), "w + Δw", why.after, "update", is_weight=True))


def precise(value: float, step: float) -> str:
    """Return a weight with as many digits as its step needs to be seen."""
    digits = 5
    while digits < 12 and step and abs(step) < 10.0 ** (1 - digits):
        digits += 1
    return f"{value:+.{digits}f}".replace("-", "−")


def foot(why: WeightExplained) -> str:
    """Return the sum, its gradient and the optimizer's memory; below, its settings."""
    settings = {
        "lr": "η", "step": "t", "momentum": "μ", "beta1": "β₁", "beta2": "β₂",
        "weight_decay": "λ",
    }  # fmt: skip
    memory = {
        "exp_avg": "m", "exp_avg_sq": "v", "momentum_buffer": "b", "square_avg": "v",
        "sum": "Σg²",
    }  # fmt: skip
    parts = [f"Δw = {words.signed(why.after - why.before)}"]
    if why.gradient is not None:
        parts.append(f"g = {words.signed(why.gradient)}")
    if why.factor is not None:
        parts.append(tr("clipping: g × {factor}", factor=words.number(why.factor)))
    parts += _named(why, memory)
    more = _named(why, settings)
    return "\n".join("   ".join(line) for line in (parts, more) if line)


def _named(why: WeightExplained, symbols: Mapping[str, str]) -> list[str]:
    return [
        f"{symbol} = {words.number(why.hyper[name])}"
        for name, symbol in symbols.items()
        if why.hyper.get(name)
    ]


class UpdateRows(QWidget):
    """Draws the rows; each bar begins where the one before ends."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Term, ...] = ()
        self._step, self._foot = 0.0, ""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for a line for every row, and one below."""
        return QSize(420, round(_ROW_PX * max(len(self.rows), 4)) + _FOOT_PX)

    def say(self, why: WeightExplained | None, optimizer: str) -> None:
        """Show the update of a weight; None shows none."""
        self.rows = terms(why, optimizer) if why else ()
        self._step = why.after - why.before if why else 0.0
        self._foot = foot(why) if why else ""
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """All that is drawn, as it is read."""
        rows = [f"{row.name} {row.formula} {self._value(row)}" for row in self.rows]
        return "\n".join([*rows, self._foot])

    def _value(self, row: Term) -> str:
        if row.is_weight:
            return precise(row.value, self._step)
        return words.signed(row.value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        ends = [0.0]
        for row in self.rows:
            if not row.is_weight:
                ends.append(ends[-1] + row.value)
        low, high = min(ends), max(ends)
        at = 0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for index, row in enumerate(self.rows):
                box = QRectF(
                    SPACE_L, index * _ROW_PX, self.width() - 2 * SPACE_L, _ROW_PX
                )
                is_last = index == len(self.rows) - 1
                if is_last:
                    painter.setPen(QPen(QColor(current().line), 1))
                    painter.drawLine(box.topLeft(), box.topRight())
                self._paint_words(painter, box, row)
                start = ends[at]
                at += not row.is_weight
                plot = box.adjusted(box.width() * 0.58, 0, -4, 0)
                self._paint_bar(painter, plot, row, (start, ends[at]), (low, high))
            painter.setFont(fonts.mono(fonts.AXIS))
            painter.setPen(QColor(current().fg2))
            top, wide = len(self.rows) * _ROW_PX + 6, self.width() - 2 * SPACE_L
            for at, line in enumerate(self._foot.split("\n")):
                below = QRectF(SPACE_L, top + at * 16, wide, 16)
                said = painter.fontMetrics().elidedText(
                    line, Qt.TextElideMode.ElideRight, int(wide)
                )
                painter.drawText(below, _LEFT, said)

    def _paint_words(self, painter: QPainter, box: QRectF, row: Term) -> None:
        theme_ = current()
        weight = fonts.SEMIBOLD if row.is_weight else fonts.REGULAR
        painter.setFont(fonts.ui(fonts.SECONDARY, weight))
        painter.setPen(QColor(theme_.fg if row.is_weight else theme_.fg2))
        painter.drawText(box, _LEFT, row.name)
        italic = fonts.ui(fonts.SECONDARY)
        italic.setItalic(True)
        painter.setFont(italic)
        painter.setPen(QColor(theme_.fg))
        painter.drawText(box.adjusted(box.width() * 0.2, 0, 0, 0), _LEFT, row.formula)
        painter.setFont(fonts.mono(fonts.SECONDARY))
        painter.setPen(QColor(theme_.text(row.tint, "bg1")))
        value = box.adjusted(0, 0, -box.width() * 0.45, 0)
        painter.drawText(value, _RIGHT, self._value(row))

    def _paint_bar(
        self,
        painter: QPainter,
        plot: QRectF,
        row: Term,
        ends: tuple[float, float],
        span: tuple[float, float],
    ) -> None:
        """Draw where a term begins and ends; a mark where a weight stands."""
        low, high = span
        whole = (high - low) or 1.0

        def across(value: float) -> float:
            return plot.left() + (value - low) / whole * plot.width()

        colour = QColor(current().colour(row.tint))
        if row.is_weight:
            x = across(ends[0])
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(x, plot.top() + 3), QPointF(x, plot.bottom() - 3))
            return
        left, right = sorted(map(across, ends))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        bar = QRectF(left, plot.top() + 6, max(right - left, 1.5), plot.height() - 12)
        painter.drawRoundedRect(bar, 2, 2)
