"""A painter that writes down what it is told to draw, so that a test can read it."""

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPen


@dataclass(frozen=True)
class Stroke:
    """One call that draws, with the pen, the brush and the origin at that time."""

    name: str
    arguments: tuple
    pen: object
    brush: object
    at: tuple[float, float]

    @property
    def box(self):
        """The rectangle of the call, where the widget has it."""
        found = next(a for a in self.arguments if isinstance(a, QRectF))
        return found.translated(*self.at)

    @property
    def colour(self):
        """Name of the colour that it draws with."""
        given = [a for a in self.arguments if isinstance(a, QColor)]
        found = given[0] if given else self.pen
        return (found.color() if isinstance(found, QPen) else found).name()


class Written:
    """Stands in for a `QPainter`.

    Args:
        font: What words are measured with.
    """

    def __init__(self, font: QFont | None = None) -> None:
        self.strokes: list[Stroke] = []
        self._font = font or QFont()
        self._pen = self._brush = None
        self._at, self._kept = (0.0, 0.0), []

    def setFont(self, font):
        self._font = font

    def fontMetrics(self):
        return QFontMetrics(self._font)

    def setPen(self, pen):
        self._pen = pen

    def setBrush(self, brush):
        self._brush = brush

    def translate(self, *by):
        x, y = by if len(by) == 2 else (by[0].x(), by[0].y())
        self._at = (self._at[0] + x, self._at[1] + y)

    def save(self):
        self._kept.append((self._pen, self._brush, self._at))

    def restore(self):
        self._pen, self._brush, self._at = self._kept.pop()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def write(*arguments, **_settings):
            now = (self._pen, self._brush, self._at)
            self.strokes.append(Stroke(name, arguments, *now))

        return write

    def named(self, *names):
        """Return the strokes of some names."""
        return [stroke for stroke in self.strokes if stroke.name in names]

    @property
    def words(self):
        """Every text that was written, in order."""
        return [stroke.arguments[-1] for stroke in self.named("drawText")]

    def boxes(self, words):
        """Return where a text was written."""
        return [s.box for s in self.named("drawText") if s.arguments[-1] == words]

    def box(self, words):
        """Return where a text was written, if it was written once."""
        (found,) = self.boxes(words)
        return found

    def stroke(self, words):
        """Return how a text was written, if it was written once."""
        (found,) = [s for s in self.named("drawText") if s.arguments[-1] == words]
        return found

    @property
    def lines(self):
        """Every line as (x1, y1, x2, y2)."""
        return [_ends(stroke.arguments) for stroke in self.named("drawLine")]


def _ends(arguments):
    if isinstance(arguments[0], QLineF):
        line = arguments[0]
        return line.x1(), line.y1(), line.x2(), line.y2()
    if isinstance(arguments[0], QPointF):
        one, two = arguments
        return one.x(), one.y(), two.x(), two.y()
    return tuple(map(float, arguments))
