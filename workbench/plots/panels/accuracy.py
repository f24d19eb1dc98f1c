"""Metrics of the validation data and of as much training data."""

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.graph.compare.score import SHARES
from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.baselines import Baseline
from workbench.plots.panels.curves import SMOOTH_PX, CurvePanel, joined
from workbench.plots.panels.lazy import LazyLines
from workbench.plots.panels.panel import nothing_yet
from workbench.plots.parts import points, style
from workbench.plots.parts.legend import Entry
from workbench.plots.parts.points import Points
from workbench.plots.parts.table import Cell, Table
from workbench.session.curves.headline import Headline
from workbench.session.curves.history import History
from workbench.theme.figures import Figure
from workbench.theme.text import count, figure, percent

TRAINING, VALIDATION, LAZY = 0, 1, 2


class AccuracyPlot(CurvePanel):
    """One metric at a time; the switch chooses where a project has several.

    Args:
        history: Where every number comes from.
        parent: Qt's owner.
    """

    file_stem = "metrics"
    turn = 0

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        words = nothing_yet(tr("how well it does on data it has not seen"))
        super().__init__(history, words, [], parent)
        self.setWindowTitle(tr("Accuracy"))
        self.setAccessibleName(tr("Metrics"))
        self._titles: list[str] = []
        self.curves = [Points(self.canvas), Points(self.canvas)]
        self._numbers = Headline(history, follows=True)
        self.lazy = LazyLines(self.canvas)
        self._colour()

    def words(self, empty: str) -> str:
        """Return when there will be something, also in a pause."""
        return self.on_the_way() if self.state == "paused" else super().words(empty)

    def on_the_way(self) -> str:
        """Return the words before the first evaluation."""
        return tr("The first numbers come with the first evaluation.")

    def news(self) -> object:
        """Evaluations decide, and the step for the axis."""
        history = self.history
        return history.runs_seen, history.evaluations_seen, self._outgrown()

    def _outgrown(self) -> bool:
        return bool(self.history.evaluations) and self.history.step > self.steps.high

    @property
    def shown_metric(self) -> str:
        """Node id of what is shown; `loss` with neither metrics nor several losses."""
        metrics = self._metrics()
        index = min(self.switch.current, len(metrics) - 1)
        return metrics[index] if metrics else "loss"

    @property
    def title(self) -> str:
        """Title of the shown metric."""
        return self._named.get(self.shown_metric, tr("Loss"))

    @property
    def _named(self) -> dict[str, str]:
        """Titles of all that can be shown."""
        names = self.history.names
        return {**names.losses, **names.metrics}

    def _metrics(self) -> list[str]:
        """Return the metrics that were evaluated, in the order of the document.

        Without any, each of several losses: their sum says less.
        """
        newest = self.history.evaluations[-1].values if self.history.evaluations else {}
        names = self.history.names
        metrics = [name for name in names.metrics if name in newest]
        losses = [name for name in names.losses if name in newest]
        return metrics or (losses if len(losses) > 1 else [])

    def take_in(self) -> None:
        """Draw the evaluations."""
        self.begin_view()
        self._offer_metrics()
        shown = self.shown_metric
        bounds = [
            self._draw(TRAINING, self.history.evaluated(shown, training=True)),
            self._draw(VALIDATION, self.history.evaluated(shown)),
        ]
        self.setWindowTitle(self.title)
        self.lazy.write = self._write
        known, seen = [self.baseline], self._with_bounds(joined(bounds))
        seen = self.lazy.draw(known, seen, on=self.shown(LAZY))
        ends = [*(points.end_of(c.line) for c in self.curves), *self.lazy.ends()]
        self.end_view(seen, self._entries() + self.lazy.entries(), ends)

    def headline(self) -> list[Figure]:
        """Say the shown metric of both parts, and when it was best."""
        found = self._numbers.score(self.shown_metric)
        if found is None:
            return []
        write = self._write
        train = self._numbers.told[-1].train_values.get(self.shown_metric)
        figures = []
        if train is not None:
            tint = style.series(TRAINING).name()
            figures = [Figure(tr("train"), write(train), tint)]
        best = tr("{value} at {step}", value=write(found.best),
                  step=count(found.best_step))  # fmt: skip
        tint = style.series(VALIDATION).name()
        return [
            *figures,
            Figure(tr("validation"), write(found.value), tint),
            Figure(tr("best"), best),
        ]

    @property
    def is_share(self) -> bool:
        """Whether what is shown is a share of samples."""
        return self.history.names.kinds.get(self.shown_metric) in SHARES

    @property
    def _write(self) -> Callable[[float], str]:
        """Return what writes a value; it holds no panel."""
        return _per_cent if self.is_share else figure

    @property
    def baseline(self) -> Baseline | None:
        """What a lazy answer reaches in the shown metric."""
        return self.history.baselines.get(self.shown_metric)

    def _offer_metrics(self) -> None:
        titles = [self._named[name] for name in self._metrics()]
        if titles != self._titles:
            self._titles = titles
            self.switch.set_texts(titles)

    def _draw(self, index: int, found: Floats) -> tuple[float, float] | None:
        shown = self.shown(index)
        self.curves[index].set_visible(on=shown)
        self.curves[index].show_points(found)
        if not shown or not found.size:
            return None
        return float(found[1].min()), float(found[1].max())

    def _with_bounds(
        self, bounds: tuple[float, float] | None
    ) -> tuple[float, float] | None:
        """Show a metric that nears 1 up to 1."""
        if bounds is not None and 0.5 <= bounds[1] <= 1.0:
            return min(bounds[0], 0.9), 1.0
        return bounds

    def _colour(self) -> None:
        for index, curve in enumerate(self.curves):
            tint = style.series(index)
            curve.dress(style.pen(tint, SMOOTH_PX), tint)
        self.lazy.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme."""
        self._colour()
        super().restyle()

    def _entries(self) -> list[Entry]:
        return [
            Entry(tr("train"), TRAINING, dots=True),
            Entry(tr("validation"), VALIDATION, dots=True),
        ]

    def reading(self, step: float) -> str:
        """Return the evaluation nearest to a step."""
        evaluations = self.history.evaluations
        if not evaluations:
            return ""
        steps = np.array([evaluation.step for evaluation in evaluations])
        found = evaluations[int(np.abs(steps - step).argmin())]
        parts = [tr("step {step}", step=found.step)]
        write = _per_cent if self.is_share else _exact
        for words, values in (
            (tr("train"), found.train_values),
            (tr("validation"), found.values),
        ):
            if self.shown_metric in values:
                parts.append(f"{words} {write(values[self.shown_metric])}")
        if self.baseline is not None:
            parts.append(self.baseline.telling(write(self.baseline.value)))
        return " · ".join(parts)

    def table(self) -> Table:
        """Return every value of every evaluation."""
        evaluations = self.history.evaluations
        names = list(dict.fromkeys(name for e in evaluations for name in e.values))
        header = ["step", "epoch"]
        header += [
            f"{kind} {name}" for kind in ("validation", "train") for name in names
        ]
        rows: list[list[Cell]] = [
            [
                e.step,
                e.epoch,
                *(
                    values.get(n, "")
                    for values in (e.values, e.train_values)
                    for n in names
                ),
            ]
            for e in evaluations
        ]
        return header, rows


def _per_cent(value: float) -> str:
    return percent(value, steady=True)


def _exact(value: float) -> str:
    return f"{value:.4g}"
