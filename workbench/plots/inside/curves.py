"""Looks over the steps, and how losses are spread over samples."""

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.messages import View
from workbench.plots.inside import words
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views import marks
from workbench.plots.views.base import ViewFace, number
from workbench.plots.views.kinds.curve import finite_parts
from workbench.plots.views.plane import Plane, around

_BINS, _TOP_PX = 40, 24


class CurvesFace(ViewFace):
    """Positive numbers over the steps, on a logarithmic axis, with dashed limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: list[tuple[str, Floats]] = []
        self.limits: list[tuple[str, float]] = []
        self.y_words = ""

    def set_curves(
        self, curves: list[tuple[str, Floats]], limits: list[tuple[str, float]]
    ) -> None:
        """Take curves (K, 2) of steps and values, and values of dashed lines."""
        self.curves = [(name, _log(points)) for name, points in curves]
        self.limits = [(n, math.log10(v)) for n, v in limits if v > 0]
        steps = [points[:, 0] for _, points in self.curves if len(points)]
        ends = [min(map(np.min, steps)), max(map(np.max, steps))] if steps else [0, 1]
        level = [[ends[0], v] for _, v in self.limits]
        everything = [points for _, points in self.curves]
        everything.append(np.array(level, float).reshape(-1, 2))
        self._around = around(np.concatenate(everything), 0.06)
        self._around[:2] = ends if ends[1] > ends[0] else [ends[0] - 1, ends[0] + 1]

    def _plane(self) -> Plane:
        box = QRectF(self.rect()).adjusted(0, 4, 0, 0)
        has_side = len(self.curves) > 1 and self.width() > 320
        side = marks.legend_width(self._entries()) if has_side else 0
        return Plane.inside(self._around, box, side, over_steps=True)

    def _entries(self) -> list[marks.Entry]:
        return [marks.Entry(name, index) for index, (name, _) in enumerate(self.curves)]

    def draw(self, painter: QPainter) -> None:
        """Draw axes, limits and curves."""
        plane = self._plane()
        plane.draw(painter, (tr("step"), self.y_words))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = plane.area
        for name, value in self.limits:
            y = plane.to_pixels(np.array([[0.0, value]]))[0, 1]
            painter.setPen(style.pen(style.colour("fg2"), 1.2, dashed=True))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            box = QRectF(area.left() + 4, y - 18, area.width() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, name)
        painter.save()
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        for index, (_, points) in enumerate(self.curves):
            tint = style.series(index)
            places = plane.to_pixels(points)
            painter.setPen(style.pen(tint, 1.8))
            for part in finite_parts(places):
                line = QPolygonF([QPointF(x, y) for x, y in part.tolist()])
                painter.drawPolyline(line)
            finite = places[np.isfinite(places).all(axis=1)]
            if len(finite):
                painter.setBrush(tint)
                painter.drawEllipse(QPointF(*finite[-1].tolist()), 3, 3)
        painter.restore()
        beside = QRectF(area.right() + 14, area.top(), 136, area.height())
        if len(self.curves) > 1 and beside.left() + 40 < self.width():
            marks.draw_legend(painter, beside, self._entries())

    def read(self, position: QPointF) -> str:
        """Return the values at the step under the mouse."""
        plane = self._plane()
        if not plane.area.contains(position):
            return ""
        step, _ = plane.to_values(position)
        told = []
        for name, points in self.curves:
            if len(points):
                place = int(np.abs(points[:, 0] - step).argmin())
                value = 10.0 ** points[place, 1]
                told.append(f"{name} {words.short(float(value))}")
        return f"{tr('step')} {step:,.0f}   " + "   ".join(told)

    def table(self) -> Table:
        """Return all points."""
        rows = [
            [name, step, 10.0**value]
            for name, points in self.curves
            for step, value in points.tolist()
        ]
        return [tr("Phase"), tr("step"), self.y_words], rows


def _log(points: Floats) -> Floats:
    points = np.array(points, float).reshape(-1, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(points[:, 1])
    points[:, 1] = np.where(np.isfinite(logs), logs, np.nan)
    return points


class GradientNorm(CurvesFace):
    """‖g‖ of all weights of a phase before it is cut."""

    def prepare(self, view: View) -> None:
        """Make a curve a phase."""
        self.y_words = tr("‖gradient‖")
        arrays, names = view.arrays, view.words["phases"]
        steps = np.asarray(arrays["steps"], float)
        curves = [
            (name, np.stack([steps, arrays["norms"][:, index]], axis=1))
            for index, name in enumerate(names)
        ]
        limits = {float(v) for v in arrays["limits"] if math.isfinite(v)}
        named = [(tr("cut to {limit}", limit=number(v)), v) for v in sorted(limits)]
        self.set_curves(curves, named)

    def summary(self) -> str:
        """Say how many updates were cut."""
        return words.of_clipping(self.view) if self.view else ""


class Noise(CurvesFace):
    """The batch size that the noise of the gradient asks for."""

    def prepare(self, view: View) -> None:
        """Make the curve, and the sentence."""
        self.y_words = tr("batch size")
        arrays = view.arrays
        batch = int(arrays["batch"][0])
        points = np.stack([arrays["steps"], arrays["curve"]], axis=1)
        named = [(tr("your batch: {n}", n=batch), float(batch))]
        self.set_curves([(view.words["phases"][0], points)], named)
        told = [words.of_noise(float(each), batch) for each in arrays["samples"]]
        names = view.words["phases"]
        if len(names) > 1:
            told = [f"{name}: {text}" for name, text in zip(names, told, strict=True)]
        self.told = "  ·  ".join(told)

    def summary(self) -> str:
        """Return the sentence."""
        return self.told if self.view else ""


class SampleLosses(ViewFace):
    """How many samples have which loss."""

    def prepare(self, view: View) -> None:
        """Count the losses."""
        losses = np.asarray(view.arrays["losses"], float)
        self.losses = losses[np.isfinite(losses)]
        low, high = 0.0, 1.0
        if len(self.losses):
            low = min(float(self.losses.min()), 0.0)
            high = max(float(self.losses.max()), low + 1e-9)
        self.counts, self.edges = np.histogram(self.losses, _BINS, (low, high))

    def _plane(self) -> Plane:
        top = max(float(self.counts.max(initial=0)), 1.0) * 1.06
        limits = np.array([self.edges[0], self.edges[-1], 0.0, top])
        return Plane.inside(limits, QRectF(self.rect()))

    def draw(self, painter: QPainter) -> None:
        """Draw the counts, and where median and tenth lie."""
        plane = self._plane()
        plane.draw(painter, (tr("loss of a sample"), tr("samples")))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.series(0, 190))
        for index, count in enumerate(self.counts.tolist()):
            ends = np.array([[self.edges[index], count], [self.edges[index + 1], 0.0]])
            (left, top), (right, bottom) = plane.to_pixels(ends).tolist()
            painter.drawRect(QRectF(left + 0.5, top, right - left - 1, bottom - top))
        if not len(self.losses):
            return
        for share, name in ((0.5, tr("median")), (0.9, tr("90 %"))):
            value = float(np.quantile(self.losses, share))
            x = plane.to_pixels(np.array([[value, 0.0]]))[0, 0]
            painter.setPen(style.pen(style.colour("fg2"), 1.2, dashed=True))
            painter.drawLine(QLineF(x, plane.area.top(), x, plane.area.bottom()))
            y = plane.area.top() + (0 if share < 0.6 else 16)
            painter.drawText(QPointF(x + 4, y + 12), name)

    def summary(self) -> str:
        """Say how the loss is spread."""
        return words.of_samples(self.losses) if self.view else ""

    def read(self, position: QPointF) -> str:
        """Return how many samples have the loss under the mouse."""
        plane = self._plane()
        if not plane.area.contains(position):
            return ""
        loss, _ = plane.to_values(position)
        place = min(max(int(np.searchsorted(self.edges, loss)) - 1, 0), _BINS - 1)
        low, high = self.edges[place], self.edges[place + 1]
        told = tr("{n:sample|samples}", n=int(self.counts[place]))
        return f"{number(float(low))} … {number(float(high))}: {told}"

    def table(self) -> Table:
        """Return the loss of each sample."""
        rows = [[index, loss] for index, loss in enumerate(self.losses.tolist())]
        return [tr("Sample"), tr("Loss")], rows
