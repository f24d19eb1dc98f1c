"""What a run has measured, of the layers of one phase or of all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Generic

import numpy as np
import numpy.typing as npt

from engine.graph.titles import SEPARATOR
from engine.protocol.arrays import Bools, Floats, Ints
from engine.protocol.messages import LayerSample, RunStarted
from workbench.session.curves.columns import Scalar
from workbench.session.curves.history import History
from workbench.session.curves.layers import LayerHistory
from workbench.session.curves.timebins import TimeBins

ALL = -1
"""Stands for all phases."""
_PER_LAYER = (
    "grad_histogram",
    "weight_histogram",
    "grad_norm",
    "weight_norm",
    "update_ratio",
    "grad_zeros",
    "grad_nonfinite",
)


class _Values(Generic[Scalar]):
    """Some columns of a `Column` of rows."""

    def __init__(self, values: npt.NDArray[Scalar]) -> None:
        self.values = values


class PhaseBins:
    """Some rows of `TimeBins`."""

    def __init__(self, bins: TimeBins, rows: Ints) -> None:
        self._bins, self._rows = bins, rows

    @property
    def span(self) -> int:
        """Steps per column."""
        return self._bins.span

    @property
    def merges(self) -> int:
        """How often columns were merged."""
        return self._bins.merges

    @property
    def columns(self) -> int:
        """How many columns are kept."""
        return self._bins.columns

    @property
    def used(self) -> int:
        """Columns with something in them."""
        return self._bins.used

    def means(self, first: int = 0) -> Floats:
        """Return the means, see `TimeBins.means`."""
        return self._bins.means(first)[:, self._rows]

    def measured(self) -> Bools:
        """Return which columns hold a measurement of any layer."""
        return self._bins.measured()


class PhaseLayers:
    """Some rows of a `LayerHistory`, with the same words for them.

    Args:
        layers: All rows.
        rows: Which are left.
        names: Words for these.
    """

    def __init__(
        self, layers: LayerHistory, rows: Ints, names: tuple[str, ...]
    ) -> None:
        self._layers, self._rows, self.names = layers, rows, names
        self._sample: tuple[LayerSample | None, LayerSample | None] = (None, None)
        self.ratio_bins = PhaseBins(layers.ratio_bins, rows)
        exponents = layers.grad_bins_per_layer
        wide = (rows[:, None] * exponents + np.arange(exponents)).ravel()
        self.grad_bins = PhaseBins(layers.grad_bins, wide)

    @property
    def paths(self) -> tuple[str, ...]:
        """Node paths of these layers."""
        return tuple(self._layers.paths[row] for row in self._rows)

    @property
    def newest(self) -> LayerSample | None:
        """The measurement of these layers that is shown; None while there is none."""
        whole, known = self._layers.shown, self._layers.measured_rows
        if whole is None or known.isdisjoint(self._rows.tolist()):
            return None
        if self._sample[0] is not whole:
            parts = {name: vars(whole)[name][self._rows] for name in _PER_LAYER}
            mine = LayerSample(step=whole.step, phase=whole.phase, **parts)
            self._sample = (whole, mine)
        return self._sample[1]

    @property
    def steps(self) -> _Values[np.int64]:
        """The measured steps."""
        return _Values(self._layers.steps.values)

    @property
    def grad_norm(self) -> _Values[np.float64]:
        """Gradient norms (steps, layers)."""
        return _Values(self._layers.grad_norm.values[:, self._rows])

    @property
    def update_ratio(self) -> _Values[np.float64]:
        """Update ratios (steps, layers)."""
        return _Values(self._layers.update_ratio.values[:, self._rows])


class PhaseView:
    """A history as seen by one phase: only the rows of the layers that it updates.

    Rows of which nothing was measured yet, such as those of a phase that comes later,
    are left out; before the first measurement all are there.

    Args:
        history: Of all phases.

    Attributes:
        phase: Index of the phase, or `ALL`.
    """

    def __init__(self, history: History) -> None:
        self._history, self.phase = history, ALL
        self._made: dict[int, PhaseLayers] = {}
        self._made_of: tuple[LayerHistory, int] | None = None

    @property
    def run(self) -> RunStarted | None:
        """The run."""
        return self._history.run

    @property
    def step(self) -> int:
        """Steps made."""
        return self._history.step

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases that have layers of their own."""
        run = self.run
        return run.phases if run and run.layer_phases else ()

    @property
    def layers(self) -> PhaseLayers:
        """What was measured of the layers of the phase.

        The same object in a run until rows are measured for the first time.
        """
        whole = self._history.layers
        key = (whole, len(whole.measured_rows))
        if key != self._made_of:
            self._made, self._made_of = {}, key
        if self.phase not in self._made:
            self._made[self.phase] = self._some(whole)
        return self._made[self.phase]

    def _some(self, whole: LayerHistory) -> PhaseLayers:
        movers = self.run.layer_phases if self.run else ()
        rows = list(range(len(whole.paths)))
        if self.phase != ALL and len(movers) == len(whole.paths):
            rows = [row for row in rows if movers[row] == self.phase]
        rows = [row for row in rows if row in whole.measured_rows] or rows
        paths = Counter(whole.paths[row] for row in rows)
        names = shortened([self._named(row, paths) for row in rows])
        return PhaseLayers(whole, np.array(rows, int), names)

    def _named(self, row: int, paths: Mapping[str, int]) -> str:
        """Return the words for a row, with its phase where the layer has several.

        Args:
            row: Of all.
            paths: How many rows each layer has here.
        """
        whole, run = self._history.layers, self.run
        movers = run.layer_phases if run else ()
        if row >= len(movers) or paths[whole.paths[row]] < 2:
            return whole.names[row]
        return f"{whole.names[row]} · {self.phases[movers[row]]}"

    @property
    def sample(self) -> LayerSample | None:
        """The newest measurement of these layers."""
        return self.layers.newest


def shortened(names: Sequence[str]) -> tuple[str, ...]:
    """Return the words for layers without the block that all of them are in."""
    cut = [name.partition(SEPARATOR) for name in names]
    same = len({first for first, _, _ in cut}) == 1
    if len(cut) < 2 or not same or not all(rest for _, _, rest in cut):
        return tuple(names)
    return shortened([rest for _, _, rest in cut])
