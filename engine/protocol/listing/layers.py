"""The layers of runs beside each other: histograms, change, and how far they moved.

Axes: L rows (a layer and the phase that moves it), S measured steps, H of these with
histograms, B bins of log2 |x|, one a factor of two.
"""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints


@dataclass(frozen=True)
class LayersOfRun:
    """What a run has measured of the layers.

    Args:
        run: Name of its folder.
        steps: That were measured (S,).
        changes: ‖Δw‖ / ‖w‖ in these steps (S, L); NaN where it isn't known.
        shown: Steps of the histograms (H,).
        gradients: Counts of |∂L/∂w| (H, L, B).
        weights: Counts of |w| (H, L, B).
        since: Step of the earliest weights that it keeps; −1 without any.
        moved: ‖w − w₀‖ / ‖w₀‖ from those to its last ones (L,); NaN where unknown.
        apart: ‖w − w_A‖ / ‖w_A‖ to the last weights of the first run (L,); NaN where
            the shapes are others.
    """

    run: str
    steps: Ints
    changes: Floats
    shown: Ints
    gradients: Ints
    weights: Ints
    since: int
    moved: Floats
    apart: Floats


@dataclass(frozen=True)
class LayersCompared:
    """Answer to `CompareLayers`.

    Args:
        paths: Of the nodes of all rows (L), those of the first run first.
        names: Their words.
        first: log2 of the lower end of the first bin.
        runs: In the order that was asked for.
        refused: Why some of it is missing; empty when all is there.
    """

    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    first: int = 0
    runs: tuple[LayersOfRun, ...] = ()
    refused: str = ""
