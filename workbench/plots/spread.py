"""Histograms of the weights of every layer, negative ones to the left of zero.

The axis is logarithmic on both sides; the middle holds the exact zeros.
"""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.i18n import tr
from workbench.plots import ridges
from workbench.plots.chart import Axis, Chart
from workbench.plots.panel import Table
from workbench.plots.ranges import ValueRange, number
from workbench.plots.ridges import Ridges
from workbench.session.columns import Array
from workbench.session.layers import EXPONENTS, magnitude_counts, shares
from workbench.session.phase_rows import PhaseView

_BIAS = 127
_TAIL = 0.005
_EXPONENTS = np.arange(254) + 1 - _BIAS


def signed(histogram: Array, low: int, high: int) -> Array:
    """Return shares (L, 2n + 1) from −2ʰⁱᵍʰ over zero to 2ʰⁱᵍʰ, n = high − low.

    Values nearer to zero than 2ˡᵒʷ are left out, but count in the whole.
    """
    positive = histogram[:, low + _BIAS : high + _BIAS]
    negative = histogram[:, EXPONENTS + low + _BIAS : EXPONENTS + high + _BIAS]
    zeros = histogram[:, :1] + histogram[:, EXPONENTS : EXPONENTS + 1]
    shown = np.hstack([negative[:, ::-1], zeros, positive])
    total = histogram.sum(axis=1, keepdims=True)
    return shown / np.maximum(total, 1)


class WeightSpread:
    """The newest histogram of the weights of every layer as ridgelines."""

    def __init__(self, history: PhaseView) -> None:
        self.title = tr("Histogram")
        self._history = history
        self._range = ValueRange(-10, 1, 0.4, margin=0.02, unit=1, smallest=6)
        self.shares = np.empty((0, 0))
        self.ridges: Ridges | None = None

    def restyle(self) -> None:
        """Nothing is kept in colours."""

    @property
    def span(self) -> tuple[int, int]:
        """First and one past the last binary exponent that is shown."""
        return int(self._range.low), int(self._range.high)

    def take_in(self) -> None:
        """Turn the newest sample into outlines."""
        sample = self._history.sample
        if sample is None:
            self.ridges = None
            return
        self._follow(shares(magnitude_counts(sample.weight_histogram)))
        low, high = self.span
        self.shares = signed(sample.weight_histogram, low, high)
        count = self.shares.shape[1]
        x = np.linspace(0.5 / count, 1 - 0.5 / count, (count - 1) * ridges.SMOOTH + 1)
        self.ridges = Ridges(x, ridges.upsampled(ridges.heights(self.shares)))

    def _follow(self, per_layer: Array) -> None:
        """Show all but half a percent of every layer's weights."""
        total = np.cumsum(np.nan_to_num(per_layer), axis=1)
        filled = total[:, -1] > 0
        if filled.any():
            first = (total[filled] > _TAIL).argmax(axis=1).min()
            last = (total[filled] > 1 - 1e-9).argmax(axis=1).max()
            self._range.follow(float(_EXPONENTS[first]), float(_EXPONENTS[last] + 1))

    def chart(self) -> Chart | None:
        """Decades on both sides of zero; a row a layer."""
        if self.ridges is None:
            return None
        low, high = self.span
        end = high - low + 0.5
        tens = range(
            int(np.ceil(low * np.log10(2))), int(np.floor(high * np.log10(2))) + 1
        )
        places = [(self._place(10.0**ten, low), number(10.0**ten)) for ten in tens]
        minus = [(-place, f"−{text}") for place, text in reversed(places)]
        axis = Axis(-end, end, (*minus, (0.0, "0"), *places), tr("weight"))
        names = self._history.layers.names
        rows = [(ridges.baseline(i, len(names)), name) for i, name in enumerate(names)]
        return Chart(axis, tuple(rows))

    @staticmethod
    def _place(value: float, low: int) -> float:
        """Return where a positive weight stands; bins are 1 wide, zero's too."""
        return float(np.log2(value)) - low + 0.5

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the outlines."""
        if self.ridges is not None:
            self.ridges.paint(painter, area)

    def read(self, x: float, y: float) -> str:
        """Return layer, weight and share at a place."""
        if self.ridges is None:
            return ""
        row = ridges.row_at(y, len(self.shares))
        count = self.shares.shape[1]
        index = min(int(x * count), count - 1)
        low = self.span[0]
        place = index - count // 2
        size = 2.0 ** (abs(place) - 1 + low)
        value = f"{'−' if place < 0 else ''}{size:.2g}…{2 * size:.2g}" if place else "0"
        return tr(
            "{layer} · {share} at {value} · norm {norm}",
            layer=self._history.layers.names[row],
            share=f"{self.shares[row, index]:.1%}",
            value=value,
            norm=f"{self._history.sample.weight_norm[row]:.3g}",
        )

    def table(self) -> Table:
        """Return the share of every layer in every bin."""
        names = self._history.layers.names if self.ridges else ()
        low, middle = self.span[0], self.shares.shape[1] // 2
        rows: list[list[object]] = []
        for index, column in enumerate(self.shares.T.tolist()):
            place = index - middle
            edge = 2.0 ** (abs(place) - 1 + low) * np.sign(place)
            rows.append(
                [float(min(edge, 2 * edge)), float(max(edge, 2 * edge)), *column]
            )
        return ["weight from", "weight to", *names], rows
