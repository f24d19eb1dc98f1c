"""The validation loss: one curve, or one for each phase in the colour of the phase."""

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.plots.panels.curves import SMOOTH_PX
from workbench.plots.parts import style
from workbench.plots.parts.legend import NEUTRAL, Entry
from workbench.plots.parts.plot_widget import PlotCanvas
from workbench.plots.parts.points import Points, Scale
from workbench.session.curves.history import History

DASHED_PX = 1.6


def by_phase(history: History) -> bool:
    """Return whether each of several phases has a validation loss of its own."""
    run = history.run
    return run is not None and 1 < len(run.phases) == len(run.goals)


def curves_of(history: History) -> list[tuple[str, Floats]]:
    """Return the name of each curve, empty for a lonely one, and its points (2, K)."""
    if history.run is None or not by_phase(history):
        return [("", history.evaluated("loss"))]
    names = enumerate(history.run.phases)
    return [(name, history.validated(index)) for index, name in names]


class ValidationCurves:
    """Draws them into the panel of the loss: dashed with dots where there are several.

    Args:
        canvas: Holds the curves.
        history: Where every number comes from.
    """

    def __init__(self, canvas: PlotCanvas, history: History) -> None:
        self._canvas, self._history = canvas, history
        self.curves: list[Points] = []
        self._drawn: list[Floats] = []
        self._drawn_for: object = None
        self._dressed_for: object = None
        self.match()

    def match(self) -> None:
        """Have a curve for each phase, or one."""
        wanted = len(self._history.losses) if by_phase(self._history) else 1
        if len(self.curves) != wanted:
            for curve in self.curves:
                curve.remove()
            self.curves = [Points(self._canvas) for _ in range(wanted)]
            self._drawn_for = self._dressed_for = None
        if self._dressed_for != (wanted, len(self._history.losses)):
            self._dressed_for = (wanted, len(self._history.losses))
            self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme."""
        several = by_phase(self._history)
        for index, curve in enumerate(self.curves):
            tint = style.series(index if several else len(self._history.losses))
            pen = style.pen(tint, DASHED_PX if several else SMOOTH_PX, dashed=several)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            curve.dress(pen, tint)

    def hide(self) -> None:
        """Show none of them."""
        for curve in self.curves:
            curve.set_visible(on=False)

    def draw(
        self, shown: Callable[[int], bool], scale: Scale, state: object
    ) -> list[tuple[float, float] | None]:
        """Draw what is new; return the values that must be seen of each curve.

        Args:
            shown: Whether the legend shows a phase, or after them the validation.
            scale: Returns points as drawn.
            state: Of the scale.
        """
        self._take_in(scale, state)
        several, last = by_phase(self._history), len(self._history.losses)
        bounds: list[tuple[float, float] | None] = []
        for index, (curve, points) in enumerate(
            zip(self.curves, self._drawn, strict=True)
        ):
            on = shown(last) and (shown(index) or not several)
            curve.set_visible(on=on)
            seen = on and points.size
            low_high = (
                (float(points[1].min()), float(points[1].max())) if seen else None
            )
            bounds.append(low_high)
        return bounds

    def _take_in(self, scale: Scale, state: object) -> None:
        history = self._history
        state = (history.runs_seen, history.evaluations_seen, state)
        if state == self._drawn_for:
            return
        self._drawn_for = state
        self._drawn = [np.stack(scale(*p)) for _, p in curves_of(history)]
        for curve, points in zip(self.curves, self._drawn, strict=True):
            curve.show_points(points)

    def ends(self) -> list[float]:
        """Return where the entry of the legend belongs: at the end of the curve."""
        found = [float(p[1][-1]) for p in self._drawn if p.size]
        return [float(np.mean(found))] if found else [math.nan] * bool(self.entries())

    def entries(self) -> list[Entry]:
        """Return the entry of the legend, one for the curves of all phases."""
        if not self._history.evaluations:
            return []
        several = by_phase(self._history)
        index = NEUTRAL if several else len(self._history.losses)
        return [Entry(tr("validation"), index, dots=True, dashed=several)]


def active(history: History, step: float) -> list[int]:
    """Return the phases that run around a step; all where nobody knows or none does."""
    phases = list(range(len(history.losses)))
    if history.run is None or not by_phase(history):
        return phases
    here = [p for p in phases if history.run.goals[p].is_active(round(step))]
    return here or phases


def readings(history: History, step: float) -> list[str]:
    """Return the value of each curve at the evaluation nearest to a step.

    At a past step that is looked back at, it is the last one until then.
    """
    found = (points for _, points in curves_of(history))
    if step == history.looked_at:
        found = (points[:, points[0] <= step] for points in found)
    return [_reading(points, step) for points in found]


def _reading(points: Floats, step: float) -> str:
    steps, values = points
    if not len(steps):
        return ""
    nearest = int(np.abs(steps - step).argmin())
    return tr("validation {value}", value=f"{values[nearest]:.4g}")
