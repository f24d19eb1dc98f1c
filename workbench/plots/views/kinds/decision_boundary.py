"""The plane in the colours of the answered classes, with the samples on top."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Cell, Table
from workbench.plots.views import marks, points
from workbench.plots.views.base import ViewFace, name, number
from workbench.plots.views.plane import Plane, axes_of
from workbench.theme.text import percent

_FAINTEST, _STRONGEST = 0.10, 0.52
"""How much of a class's colour a cell has, from a guess to a certain answer."""

MOST_CLASSES = 1000
"""That have a colour of their own."""


class DecisionBoundary(ViewFace):
    """One square plane: regions, points, wrong ones in a ring."""

    def prepare(self, view: View) -> None:
        """Colour the regions."""
        arrays = view.arrays
        self.names = view.words.get("classes", ())
        self.points, self.answers = arrays["points"], arrays["answers"]
        self.labels = arrays.get("labels")
        self.region = arrays.get("region")
        self.certainty = arrays.get("certainty", np.zeros((0, 0)))
        self.image = QImage()
        if self.region is not None:
            self.image = region_image(self.region, self.certainty, len(self.names))
        self.wrong = np.zeros(len(self.points), bool)
        if self.labels is not None:
            self.wrong = self.labels != self.answers
        shown = [marks.Entry(text, index) for index, text in enumerate(self.names)]
        if self.labels is not None:
            words = tr("wrong ({count})", count=int(self.wrong.sum()))
            shown.append(marks.Entry(words, marks.RING))
        self.entries = shown

    def plane(self) -> Plane:
        """Return the plane as it lies in the widget now."""
        assert self.view is not None
        side = marks.legend_width(self.entries) if self.width() > 260 else 0
        limits, rect = self.view.arrays["limits"], QRectF(self.rect())
        return Plane.inside(limits, rect, side, ratio=1.0)

    def draw(self, painter: QPainter) -> None:
        """Draw regions, axes, points and the legend."""
        assert self.view is not None
        plane = self.plane()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(plane.area, self.image)
        plane.draw(painter, axes_of(self.view.words), grid=False)
        places = plane.to_pixels(self.points)
        painter.save()
        painter.setClipRect(plane.area.adjusted(-6, -6, 6, 6))
        if self.labels is None:
            kinds, colours = np.zeros(len(places), int), [style.colour("fg")]
        else:
            kinds = self.labels
            colours = [marks.class_colour(i) for i in range(len(self.names))]
        points.draw_markers(painter, places, kinds, colours)
        points.draw_rings(painter, places[self.wrong])
        painter.restore()
        area = plane.area
        beside = QRectF(area.right() + 14, area.top(), 136, area.height())
        if beside.left() + 40 < self.width():
            beside.setRight(self.width() - 4)
            marks.draw_legend(painter, beside, self.entries)

    def summary(self) -> str:
        """Return how many points are right."""
        if self.labels is None or not len(self.labels):
            return ""
        return tr("{share} right", share=percent(1 - float(self.wrong.mean())))

    def read(self, position: QPointF) -> str:
        """Return the class at a place, or a point's classes."""
        plane = self.plane()
        index = points.nearest(plane.to_pixels(self.points), position)
        if index >= 0:
            return self._read_point(index)
        if not plane.area.contains(position) or self.region is None:
            return ""
        x, y = plane.to_values(position)
        row, column = self._cell(plane, position)
        answer = name(self.names, int(self.region[row, column]))
        share = percent(float(self.certainty[row, column]))
        return f"({number(x)}, {number(y)}) → {answer} {share}"

    def _cell(self, plane: Plane, position: QPointF) -> tuple[int, int]:
        size = len(self.certainty)
        across = (position.x() - plane.area.left()) / plane.area.width()
        up = (plane.area.bottom() - position.y()) / plane.area.height()
        return min(int(up * size), size - 1), min(int(across * size), size - 1)

    def _read_point(self, index: int) -> str:
        x, y = self.points[index]
        answer = name(self.names, int(self.answers[index]))
        place = f"({number(x)}, {number(y)})"
        if self.labels is None:
            return f"{place} → {answer}"
        right = name(self.names, int(self.labels[index]))
        words = {"place": place, "right": right, "answer": answer}
        return tr("{place}: {right}, answered {answer}", **words)

    def table(self) -> Table:
        """Return the points."""
        assert self.view is not None
        rows: list[list[Cell]] = []
        for index, (x, y) in enumerate(self.points.tolist()):
            right = "" if self.labels is None else name(self.names, self.labels[index])
            rows.append([x, y, right, name(self.names, self.answers[index])])
        return [*axes_of(self.view.words), tr("Class"), tr("Answer")], rows


def region_image(region: Ints, certainty: Floats, num_classes: int) -> QImage:
    """Return the cells in their colours, the first row at the bottom."""
    region = np.clip(region, 0, MOST_CLASSES - 1)  # it may be out of anybody's file
    count = max(min(num_classes, MOST_CLASSES), int(region.max(initial=0)) + 1)
    colours = np.array([style.rgb(marks.class_colour(i)) for i in range(count)])
    guess = 1 / max(count, 2)
    sure = np.clip((np.nan_to_num(certainty) - guess) / (1 - guess), 0, 1)[..., None]
    share = _FAINTEST + (_STRONGEST - _FAINTEST) * sure
    ground = np.array(style.rgb(style.colour("bg1")))
    mixed = ground + (colours[region] - ground) * share
    pixels = np.ascontiguousarray(mixed[::-1].round().astype(np.uint8))
    height, width = region.shape
    kind = QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, 3 * width, kind).copy()
