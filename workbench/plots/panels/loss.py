"""The loss of every step, smoothed, and that of the validation data."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.plots.panels import validation
from workbench.plots.panels.curves import SMOOTH_PX, CurvePanel, joined
from workbench.plots.panels.lazy import LazyLines
from workbench.plots.panels.panel import nothing_yet
from workbench.plots.panels.validation import ValidationCurves
from workbench.plots.parts import points, style
from workbench.plots.parts.legend import Entry
from workbench.plots.parts.points import Steps
from workbench.plots.parts.ranges import ValueRange
from workbench.plots.parts.table import Cell, Table
from workbench.session.curves.headline import Headline
from workbench.session.curves.history import History
from workbench.session.curves.series import Series
from workbench.theme.figures import Figure
from workbench.theme.text import count, figure, word

LINEAR, LOG, RATE = 0, 1, 2
WIDE = 50.0
"""Where smoothed losses differ by a larger factor the axis is logarithmic by itself."""
_PX_PER_POINT = 1.5
"""A smooth line needs no more points than this; wide pens are slow."""


class LossPlot(CurvePanel):
    """Training loss raw and smoothed, validation loss with dots, both for each phase.

    Its third face is the learning rate. A step whose loss was not finite is marked.
    Until somebody chooses one, the axis is logarithmic where a linear shows nothing.

    Args:
        history: Where every number comes from.
        parent: Qt's owner.
    """

    file_stem = "loss"
    turn = 1

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        words = nothing_yet(tr("the loss fall"))
        super().__init__(history, words, _faces(), parent)
        self.setWindowTitle(tr("Loss"))
        self.setAccessibleName(tr("Loss"))
        self.raw: list[pg.PlotCurveItem] = []
        self.smooth: list[pg.PlotCurveItem] = []
        self.lonely: list[pg.ScatterPlotItem] = []
        self.validation = ValidationCurves(self.canvas, history)
        self.lazy = LazyLines(self.canvas)
        self._numbers = Headline(history, follows=True)
        self._is_chosen = False
        self._judged: object = None
        self.marks: list[pg.InfiniteLine] = []
        self.changes: list[pg.InfiniteLine] = []
        self._colour()

    @property
    def log(self) -> bool:
        """Whether the axis of the loss is logarithmic."""
        return self.switch.current == LOG

    @property
    def shows_rate(self) -> bool:
        """Whether the learning rate is shown instead of the loss."""
        return self.switch.current == RATE

    def news(self) -> object:
        """Steps and evaluations decide."""
        history = self.history
        return history.runs_seen, history.losses_seen, history.evaluations_seen

    def take_in(self) -> None:
        """Draw the part of the history that is in view."""
        if self._judged is not self.history.layers:
            self._judged = self.history.layers
            self._take_axis(LINEAR)
        low, high = self.begin_view()
        self._match_phases()
        self._mark_broken()
        if self.shows_rate:
            self._show_rates(low, high)
            return
        bounds = self._draw_phases(low, high)
        if self._widens(bounds):
            self._take_axis(LOG)
            bounds = self._draw_phases(low, high)
        bounds += self.validation.draw(self.shown, self._scaled, self.log)
        entries = self._phase_entries(tr("train")) + self.validation.entries()
        on = self.shown(len(entries))
        known = self.history.baselines_of_losses()
        seen = self.lazy.draw(known, joined(bounds), on=on, scale=self._scaled)
        ends = [*self._curve_ends(), *self.validation.ends(), *self.lazy.ends()]
        self.end_view(seen, entries + self.lazy.entries(), ends)

    def _draw_phases(self, low: float, high: float) -> list[tuple[float, float] | None]:
        losses = enumerate(self.history.losses)
        return [self._draw_phase(index, each, low, high) for index, each in losses]

    def _widens(self, bounds: Sequence[tuple[float, float] | None]) -> bool:
        """Return whether the axis should be logarithmic and nobody has chosen one."""
        ends = joined([points.bounds_of(each) for each in self.smooth])
        is_free = not self._is_chosen and self.following and not self.log
        return bool(is_free and any(bounds) and ends and 0 < WIDE * ends[0] < ends[1])

    def _take_axis(self, mode: int) -> None:
        """Take a linear or logarithmic axis, unless somebody has chosen one."""
        if not self._is_chosen and self.switch.current != mode:
            self.switch.show_choice(mode)
            self.values = ValueRange()

    def _on_mode_changed(self) -> None:
        self._is_chosen = True
        super()._on_mode_changed()

    def headline(self) -> list[Figure]:
        """Say each phase's loss, that of the validation, and when it was best."""
        if self.history.run is None:
            return []
        if self.shows_rate:
            return self._rate_headline()
        names = self._phase_entries(tr("train"))
        losses = zip(names, self._numbers.losses, strict=True)
        figures = [
            Figure(word(entry.name), figure(value), entry.tint.name())
            for entry, value in losses
            if np.isfinite(value)
        ]
        found = self._numbers.validation
        if found and len(names) == 1:
            tint = style.series(len(names)).name()
            best = tr("{value} at {step}", value=figure(found.best),
                      step=count(found.best_step))  # fmt: skip
            figures += [
                Figure(tr("validation"), figure(found.value), tint),
                Figure(tr("best"), best),
            ]
        return figures

    def _rate_headline(self) -> list[Figure]:
        return [
            Figure(word(entry.name), f"{value:.3g}", entry.tint.name())
            for entry, value in zip(
                self._phase_entries(tr("rate")), self._numbers.rates, strict=True
            )
            if np.isfinite(value)
        ]

    def _show_rates(self, low: float, high: float) -> None:
        """Draw the learning rate of every phase."""
        bounds = []
        for index, series in enumerate(self.history.rates):
            shown = self.shown(index)
            self.raw[index].setVisible(False)
            self.smooth[index].setVisible(shown)
            line = series.raw_line(low, high, self.canvas.data_width)
            self.smooth[index].setData(*line)
            self._show_lonely(index, line, on=shown)
            found = series.bounds(low, high) if shown else None
            bounds.append(found and (min(0.0, found[0]), found[1] * 1.05))
        self.validation.hide()
        self.lazy.hide()
        entries = self._phase_entries("") if len(bounds) > 1 else []
        self.end_view(joined(bounds), entries, self._curve_ends())

    def _mark_broken(self) -> None:
        """Draw a line where the loss was no finite number or a setting changed."""
        self._place(self.marks, self.history.broken_steps, "err")
        self._place(self.changes, self.history.changes, "fg3")

    def _place(
        self, marks: list[pg.InfiniteLine], steps: Sequence[int], token: str
    ) -> None:
        while len(marks) < len(steps):
            mark = pg.InfiniteLine(angle=90)
            mark.setPen(style.pen(style.colour(token), dashed=True))
            self.canvas.addItem(mark, ignoreBounds=True)
            marks.append(mark)
        for index, mark in enumerate(marks):
            mark.setVisible(index < len(steps))
            if index < len(steps):
                mark.setPos(steps[index])

    def _draw_phase(
        self, index: int, series: Series, low: float, high: float
    ) -> tuple[float, float] | None:
        shown = self.shown(index)
        for curve in (self.raw[index], self.smooth[index]):
            curve.setVisible(shown)
        if not shown or not len(series):
            self.lonely[index].setVisible(False)
            return None
        pixels = self.canvas.data_width
        line = self._scaled(*series.raw_line(low, high, pixels))
        self.raw[index].setData(*line)
        self._show_lonely(index, line, on=True)
        most = min(int(pixels / _PX_PER_POINT), 999)
        smooth = self._scaled(*series.smooth_line(low, high, most))
        self.smooth[index].setData(*smooth)
        return self._bounds(series.bounds(low, high), smooth[1])

    def _show_lonely(self, index: int, line: tuple[Steps, Floats], *, on: bool) -> None:
        """Draw a dot where there is one point: no line leads to it."""
        is_lonely = on and len(line[0]) == 1
        self.lonely[index].setVisible(is_lonely)
        if is_lonely:
            self.lonely[index].setData(*line)

    def _bounds(
        self, raw: tuple[float, float] | None, smooth: Floats
    ) -> tuple[float, float] | None:
        """Return what must be seen: the raw values, but no lonely peak of them."""
        if raw is None or not len(smooth):
            return None
        low, high = float(smooth.min()), float(smooth.max())
        room = max(high - low, 1e-9)
        _, ends = self._scaled(np.zeros(2), np.array(raw))
        if len(ends) == 2:
            low, high = max(ends[0], low - room), min(ends[1], high + room)
        return low, high

    def _scaled(self, steps: Steps, values: Floats) -> tuple[Steps, Floats]:
        """Return points as drawn: log10 of the positive ones on a log axis."""
        if not self.log:
            return steps, values
        positive = values > 0
        return steps[positive], np.log10(values[positive])

    def _match_phases(self) -> None:
        """Have one raw and one smooth curve for each phase."""
        count = len(self.history.losses)
        self.validation.match()
        if len(self.raw) == count:
            return
        for curve in (*self.raw, *self.smooth, *self.lonely):
            self.canvas.removeItem(curve)
        self.raw = [points.curve(self.canvas, raw=True) for _ in range(count)]
        self.smooth = [points.curve(self.canvas) for _ in range(count)]
        self.lonely = [points.dots(self.canvas) for _ in range(count)]
        self._colour()

    def _colour(self) -> None:
        for index, (raw, smooth) in enumerate(zip(self.raw, self.smooth, strict=True)):
            raw.setPen(style.pen(style.faded(index)))
            smooth.setPen(style.pen(style.series(index), SMOOTH_PX))
            smooth.setZValue(1)
            self.lonely[index].setBrush(style.series(index))
        self.validation.restyle()
        self.lazy.restyle()
        for mark in self.marks:
            mark.setPen(style.pen(style.colour("err"), dashed=True))
        for mark in self.changes:
            mark.setPen(style.pen(style.colour("fg3"), dashed=True))

    def restyle(self) -> None:
        """Take the colours of the theme."""
        self._colour()
        super().restyle()

    def _phase_entries(self, single: str) -> list[Entry]:
        phases = self.history.run.phases if self.history.run else ()
        names = phases if len(phases) > 1 else (single,)
        return [Entry(name, index) for index, name in enumerate(names)]

    def _curve_ends(self) -> list[float]:
        """Return where the smooth curve of each phase ends."""
        return [points.end_of(curve) for curve in self.smooth]

    def reading(self, step: float) -> str:
        """Return step, raw, smoothed and validation loss, a line a phase; or rates."""
        if self.shows_rate:
            return self._rate_reading(step)
        history = self.history
        lines = []
        if broken := [b for b in history.broken_steps if abs(b - step) < 1]:
            lines.append(tr("step {step}: the loss is not finite", step=broken[0]))
        evaluated = validation.readings(history, step)
        each = len(evaluated) == len(history.losses)
        names = self._names()
        for index in validation.active(history, step):
            parts = [evaluated[index]] if each else []
            found = history.losses[index].at(step)
            if found is not None:
                value = f"{names[index]}{found.value:.4g} (≈ {found.smooth:.4g})"
                parts = [tr("step {step}", step=found.step), value, *parts]
            lines.append(" · ".join(filter(None, parts)))
        lines += [] if each else evaluated
        return "\n".join(filter(None, lines))

    def _rate_reading(self, step: float) -> str:
        found = [series.at(step) for series in self.history.rates]
        known = [reading for reading in found if reading is not None]
        parts = [tr("step {step}", step=known[0].step)] if known else []
        rates = [
            f"{name}{reading.value:.4g}"
            for name, reading in zip(self._names(), found, strict=True)
            if reading is not None
        ]
        return " · ".join(parts + rates)

    def _names(self) -> list[str]:
        """Return what stands before the values of each phase; nothing for one."""
        phases = self.history.run.phases if self.history.run else ()
        several = len(phases) > 1
        return [f"{name} " if several else "" for name in phases]

    def table(self) -> Table:
        """Return every step of every phase, and the evaluations."""
        rows: list[list[Cell]] = []
        phases = self.history.run.phases if self.history.run else ()
        for phase, series in zip(phases, self.history.losses, strict=True):
            pairs = zip(
                series.steps.values.tolist(),
                series.values.values.tolist(),
                series.smooth.tolist(),
                strict=True,
            )
            rows += [[phase, *pair] for pair in pairs]
        for phase, told in validation.curves_of(self.history):
            name = f"{phase} validation".lstrip()
            rows += [[name, int(step), value, ""] for step, value in told.T.tolist()]
        return ["series", "step", "loss", "smoothed"], rows


def _faces() -> list[str]:
    return [tr("Linear"), tr("Logarithmic"), tr("Rate")]
