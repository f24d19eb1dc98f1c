"""Histograms of the gradient of every layer, now or over time."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import BIAS, FIRST, LAST
from workbench.plots.panels.modes import Face, FacePanel
from workbench.plots.panels.panel import nothing_yet
from workbench.plots.parts import ridges, style
from workbench.plots.parts.chart import Axis, Bar, Chart
from workbench.plots.parts.heat import BandMap, band_rows, band_span
from workbench.plots.parts.ranges import (
    StepRange,
    ValueRange,
    decades,
)
from workbench.plots.parts.ridges import Ridges
from workbench.plots.parts.step_axis import step_axis
from workbench.plots.parts.table import Table, over_steps
from workbench.session.curves.history import History
from workbench.session.curves.layers import (
    MAP_EXPONENTS,
    bin_of,
    exponent_of,
    magnitude_counts,
    shares,
)
from workbench.session.curves.phase_rows import PhaseView
from workbench.theme.text import THIN, percent, power_of_ten

DECADE_BITS = float(np.log2(10))
FULL_SHARE = 0.4
"""Share of a layer's gradient in one bin (a factor of 2) that has the last colour."""
MOSTLY_ZEROS = 0.5
NOTE_PX = 68
GRADIENT = "|∂L/∂w|"
_EXPONENTS = exponent_of(np.arange(LAST + 1 - FIRST))
_TAIL = 0.001
_SHARE_TICKS = ((0.0, f"0{THIN}%"), (0.5, f"10{THIN}%"), (1.0, f"40{THIN}%"))


class GradientRange:
    """The shown range of log₁₀ |∂L/∂w|, the same in both faces."""

    def __init__(self) -> None:
        self.range = ValueRange(-9, 0, 0.3, margin=0.1, unit=1, smallest=6, fresh=False)

    @property
    def exponents(self) -> tuple[int, int]:
        """First and one past the last binary exponent that lie in the range."""
        low = int(np.ceil(self.range.low * DECADE_BITS))
        return low, int(np.floor(self.range.high * DECADE_BITS))

    def follow(self, counts: Ints) -> None:
        """Make room for all but a thousandth of the gradient of all layers."""
        total = np.cumsum(counts.sum(axis=0))
        if not total[-1]:
            return
        first, last = np.searchsorted(total / total[-1], [_TAIL, 1 - _TAIL])
        low, high = _EXPONENTS[first], _EXPONENTS[last] + 1
        kept_low, kept_high = MAP_EXPONENTS.start - BIAS, MAP_EXPONENTS.stop - BIAS
        self.range.follow(
            max(low, kept_low) / DECADE_BITS, min(high, kept_high) / DECADE_BITS
        )


class GradientRidges:
    """The newest histogram of every layer as ridgelines."""

    def __init__(self, history: PhaseView, span: GradientRange) -> None:
        self.title, self.quantity = tr("Ridges"), GRADIENT
        self._history, self._span = history, span
        self.lit = frozenset[int]()
        self.shares = np.empty((0, 0))
        self.ridges: Ridges | None = None
        self.medians = np.empty(0)

    def restyle(self) -> None:
        """Nothing is kept in colours."""

    def take_in(self) -> None:
        """Turn the newest sample into outlines."""
        sample = self._history.sample
        if sample is None:
            self.ridges = None
            return
        counts = magnitude_counts(sample.grad_histogram)
        self._span.follow(counts)
        first, last = self._bins()
        self.shares = shares(counts)[:, bin_of(first) : bin_of(last)]
        middles = (np.arange(first, last) + 0.5) / DECADE_BITS
        fine = np.linspace(
            middles[0], middles[-1], (len(middles) - 1) * ridges.SMOOTH + 1
        )
        span = self._span.range
        x = (fine - span.low) / (span.high - span.low)
        self.medians = medians(counts)
        marks = (self.medians - span.low) / (span.high - span.low)
        rows = ridges.upsampled(ridges.heights(self.shares))
        self.ridges = Ridges(x, rows, "backward", marks)

    def _bins(self) -> tuple[int, int]:
        """First and one past the last exponent drawn: one beyond either edge."""
        first, last = self._span.exponents
        return first - 1, last + 1

    def chart(self) -> Chart | None:
        """Axis of decades; a row a layer."""
        if self.ridges is None:
            return None
        span, names = self._span.range, self._history.layers.names
        across = decades(span.low, span.high, 10)
        axis = Axis(span.low, span.high, across, GRADIENT)
        rows = [(ridges.baseline(i, len(names)), name) for i, name in enumerate(names)]
        return Chart(
            axis, tuple(rows), right_px=NOTE_PX, right_label=tr("median"), grid_x=True
        )

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the outlines and the words about dead and broken layers."""
        if self.ridges is not None:
            self.ridges.paint(painter, area)
            self._paint_notes(painter, area)

    def _paint_notes(self, painter: QPainter, area: QRectF) -> None:
        sample = self._history.sample
        if sample is None:
            return
        rows = len(sample.grad_zeros)
        high = ridges.spacing(rows) * area.height()
        every = max(int(np.ceil(14 / max(high, 1))), 1)
        for row in range(rows):
            text, token = note(sample.grad_zeros[row], sample.grad_nonfinite[row])
            if not text:
                text, token = rounded(self.medians[row]), "fg"
            if row % every:
                continue
            y = area.top() + ridges.baseline(row, rows) * area.height()
            painter.setPen(style.ink(token))
            box = QRectF(area.right() + 5, y - 12, NOTE_PX, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def read(self, x: float, y: float) -> str:
        """Return layer, share at the place, norm and zeros."""
        sample = self._history.sample
        if sample is None or self.ridges is None:
            return ""
        row = ridges.row_at(y, len(self.shares))
        axis = self._span.range
        value = axis.low + x * (axis.high - axis.low)
        first, last = self._bins()
        index = int(np.floor(value * DECADE_BITS)) - first
        inside = 0 <= index < last - first
        share = float(np.nan_to_num(self.shares[row, index])) if inside else 0.0
        return tr(
            "{layer} · {share} near 1e{value} · norm {norm} · zeros {zeros}",
            layer=self._history.layers.names[row],
            share=percent(share, steady=True),
            value=f"{value:.1f}",
            norm=f"{sample.grad_norm[row]:.3g}",
            zeros=percent(sample.grad_zeros[row], steady=True),
        )

    def row_at(self, y: float) -> int:
        """Return the layer whose ridge is at a height."""
        return ridges.row_at(y, len(self.shares)) if len(self.shares) else -1

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's row as shares."""
        return ridges.span(row, len(self.shares)) if len(self.shares) else None

    def table(self) -> Table:
        """Return the share of every layer in every bin."""
        names = self._history.layers.names if self.ridges else ()
        first, _ = self._bins()
        rows = [
            [2.0 ** (first + i), 2.0 ** (first + i + 1), *column]
            for i, column in enumerate(self.shares.T.tolist())
        ]
        return ["gradient from", "gradient to", *names], rows


def medians(counts: Ints) -> Floats:
    """Return log₁₀ of the median magnitude of each row, NaN for an empty one.

    Args:
        counts: (L, 254) of magnitudes by binary exponent.
    """
    totals = counts.cumsum(axis=1)
    half = totals[:, -1:] / 2
    bins = (totals < half).sum(axis=1)
    rows = np.arange(len(counts))
    inside = counts[rows, np.minimum(bins, counts.shape[1] - 1)]
    before = totals[rows, np.minimum(bins, counts.shape[1] - 1)] - inside
    share = (half[:, 0] - before) / np.maximum(inside, 1)
    found: Floats = (_EXPONENTS[0] + bins + share) / DECADE_BITS
    return np.where(totals[:, -1] > 0, found, np.nan)


def rounded(exponent: float) -> str:
    """Return 10 to a power with one digit: `5·10⁻³`."""
    if not np.isfinite(exponent):
        return ""
    power = int(np.floor(exponent))
    digit = round(10 ** (exponent - power))
    if digit == 10:
        digit, power = 1, power + 1
    return f"{digit}·{power_of_ten(power)}"


def note(zeros: float, nonfinite: float) -> tuple[str, str]:
    """Return words about a layer's gradient and the token of their colour."""
    if nonfinite > 0:
        return tr("NaN/∞ {share}", share=percent(round(nonfinite, 2))), "err"
    if zeros >= MOSTLY_ZEROS:
        return tr("dead {share}", share=percent(round(zeros, 2))), "warn"
    return "", "fg2"


class GradientMap:
    """Histograms of every layer over the steps: a band a layer, full is many."""

    def __init__(self, history: PhaseView, span: GradientRange) -> None:
        self.title, self.quantity = tr("Over time"), GRADIENT
        self._history, self._span = history, span
        self.lit = frozenset[int]()
        self._steps = StepRange()
        self.map = BandMap(style.gradient_table)

    def restyle(self) -> None:
        """Colour everything again."""
        self.map.begin()

    def take_in(self) -> None:
        """Colour the columns that are new."""
        layers = self._history.layers
        if layers.newest is None:
            self.map.clear()
            return
        self._span.follow(magnitude_counts(layers.newest.grad_histogram))
        low, high = self._span.exponents
        key, rows = (id(layers), low, high), len(layers.names) * (high - low)
        if self.map.extend(key, rows, layers.grad_bins, self._levels):
            self._steps = StepRange()
        total = self._history.run.total_steps if self._history.run else 0
        self._steps.follow(max(self._history.step, layers.newest.step), total)

    def _levels(self, first: int) -> Floats:
        """Return (layers × exponents, columns), the first layer's largest on top."""
        layers = self._history.layers
        low, high = (exponent + BIAS for exponent in self._span.exponents)
        kept = slice(max(low - MAP_EXPONENTS.start, 0), high - MAP_EXPONENTS.start)
        means = layers.grad_bins.means(first)
        cube = means.reshape(len(means), len(layers.names), -1)[:, :, kept]
        flat = cube[:, :, ::-1].reshape(len(means), -1)
        return np.sqrt(np.where(flat > 0, flat, np.nan) / FULL_SHARE).T

    def chart(self) -> Chart | None:
        """Steps below, a band a layer, shares as colours."""
        if self.map.image is None:
            return None
        high, rows = self._steps.high, band_rows(self._history.layers.names)
        low, top = self._span.range.low, self._span.range.high
        run = self._history.run
        axis = step_axis(high, run.steps_per_epoch if run else 0)
        first, last = power_of_ten(round(low)), power_of_ten(round(top))
        label = tr("{axis} · each band: |∂L/∂w| from {low} to {high}",
                   axis=axis.label, low=first, high=last)  # fmt: skip
        bar = Bar(_SHARE_TICKS, style.gradient_table)
        return Chart(replace(axis, label=label), rows, bar=bar)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the image and the gaps between the bands."""
        layers = self._history.layers
        span = (self._steps.high, len(layers.names))
        painter.save()
        self.map.paint(painter, area, layers.grad_bins, span)
        painter.restore()

    def read(self, x: float, y: float) -> str:
        """Return layer, step, magnitude and share at a place."""
        layers = self._history.layers
        bins, count = layers.grad_bins, len(layers.names)
        band = int(np.clip(y * count, 0, count - 1))
        step = x * self._steps.high
        column = int(step // bins.span)
        if column >= bins.used:
            return ""
        low, high = self._span.exponents
        binary = high - (y * count - band) * (high - low)
        exponent = int(np.floor(binary)) + BIAS - MAP_EXPONENTS.start
        shares_now = bins.means(column)[0].reshape(count, -1)[band]
        inside = 0 <= exponent < len(shares_now)
        share = float(np.nan_to_num(shares_now[exponent])) if inside else 0.0
        return tr(
            "{layer} · step {step} · {share} near 1e{value}",
            layer=layers.names[band],
            step=int(step) + 1,
            share=percent(share, steady=True),
            value=f"{binary / DECADE_BITS:.1f}",
        )

    def row_at(self, y: float) -> int:
        """Return the layer whose band is at a height."""
        rows = len(self._history.layers.names)
        return min(int(y * rows), rows - 1)

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's band as shares."""
        return band_span(row, len(self._history.layers.names))

    def table(self) -> Table:
        """Return norms of every layer at every measured step."""
        layers = self._history.layers
        norms = None if layers.newest is None else layers.grad_norm.values
        return over_steps(layers.steps.values, norms, "gradient norm", layers.names)


class GradientPlot(FacePanel):
    """Gradient histograms of all layers.

    Args:
        history: Where every number comes from.
        parent: Qt's owner.
    """

    file_stem = "gradients"
    turn = 2

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        words = nothing_yet(tr("the gradient of every layer"))
        super().__init__(history, _faces, words, parent)
        self.setWindowTitle(tr("Gradients"))
        self.setAccessibleName(tr("Gradients"))


def _faces(rows: PhaseView) -> list[Face]:
    span = GradientRange()
    return [GradientRidges(rows, span), GradientMap(rows, span)]
