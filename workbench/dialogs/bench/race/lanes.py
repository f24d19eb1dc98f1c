"""The four racers side by side: what each does, how low it is, what its steps cost."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.bench.race import RACERS, RaceLane, name_of
from engine.protocol.findings import number
from workbench.theme import fonts, signals
from workbench.theme.tokens import RADIUS, SPACE_M, SPACE_S, current

HEIGHT_PX = 128
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


def tint(racer: str) -> str:
    """Return the colour of a racer: backpropagation has that of gradients."""
    tokens = current()
    colours = (tokens.series[0], tokens.series[3], tokens.series[2], tokens.backward)
    return colours[RACERS.index(racer)]


def about(racer: str) -> str:
    """Return what a racer does, in a few words."""
    return {
        "random": tr("tries a random step, keeps it if the loss falls"),
        "evolution": tr("guesses the slope from ten random pairs"),
        "differences": tr("nudges every weight up and down"),
        "backprop": tr("one backward pass gives every slope"),
    }[racer]


class LaneCard(QWidget):
    """One of them.

    Args:
        racer: Its id.
    """

    def __init__(self, racer: str) -> None:
        super().__init__()
        self.racer = racer
        self.lane: RaceLane | None = None
        self._share = 0.0
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        self.say(None, 0)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Stand four in a row."""
        return QSize(200, HEIGHT_PX)

    def say(self, lane: RaceLane | None, budget: int) -> None:
        """Show how far it is; None before it has begun."""
        self.lane = lane
        self._share = lane.spent / budget if lane is not None and budget else 0.0
        name = name_of(self.racer)
        self.setAccessibleName(f"{name}: {self.loss} {self.steps} {self.said}")
        self.update()

    @property
    def loss(self) -> str:
        """The lowest loss, as it is printed."""
        known = self.lane is not None and len(self.lane.losses)
        return number(self.lane.loss) if self.lane is not None and known else "–"

    @property
    def steps(self) -> str:
        """How many steps it has made, in words; of random search those it kept."""
        lane = self.lane
        if lane is None:
            return ""
        if lane.racer == "random":
            return tr("{n:try|tries}", n=f"{lane.steps:,}")
        return tr("{n:step|steps}", n=f"{lane.steps:,}")

    @property
    def said(self) -> str:
        """What it does, and when backpropagation was as low, once that is known."""
        text = self.lane.text if self.lane is not None else ""
        return f"{about(self.racer)}\n{text}" if text else about(self.racer)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a card: name, what it does, loss and steps, and how far it is."""
        tokens, colour = current(), QColor(tint(self.racer))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        inner = box.adjusted(SPACE_M + 3, SPACE_S, -SPACE_M, -SPACE_S)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.setBrush(QColor(tokens.node))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(
                QRectF(box.left(), box.top(), 4, box.height()), 2, 2
            )
            self._write(painter, inner)
            track = QRectF(inner.left(), inner.bottom() - 3, inner.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.bg3))
            painter.drawRoundedRect(track, 1.5, 1.5)
            track.setWidth(track.width() * min(1.0, self._share))
            painter.setBrush(colour)
            painter.drawRoundedRect(track, 1.5, 1.5)

    def _write(self, painter: QPainter, inner: QRectF) -> None:
        tokens = current()
        painter.setFont(fonts.ui(fonts.BODY, fonts.SEMIBOLD))
        painter.setPen(QColor(tokens.text(tint(self.racer), "node")))
        name = name_of(self.racer)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft, _first(name))
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(inner.adjusted(0, 19, 0, 0), _WRAP, self.said)
        foot = QRectF(inner.left(), inner.bottom() - 30, inner.width(), 24)
        painter.drawText(foot, _RIGHT, self.steps)
        painter.setFont(fonts.mono(fonts.VALUE, fonts.SEMIBOLD))
        painter.setPen(QColor(tokens.fg))
        painter.drawText(foot, _LEFT, self.loss)


def _first(words: str) -> str:
    """Return words with a capital."""
    return words[:1].upper() + words[1:]


class Lanes(QWidget):
    """All four, in a row."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.cards = [LaneCard(racer) for racer in RACERS]
        for card in self.cards:
            row.addWidget(card, 1)

    def say(self, lanes: tuple[RaceLane, ...], budget: int) -> None:
        """Show how far all are."""
        known = {lane.racer: lane for lane in lanes}
        for card in self.cards:
            card.say(known.get(card.racer), budget)
