"""What a layer can tell of what goes on within it."""

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor

from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Lines


class Inside(Protocol):
    """Computes again what a layer computes on its way, for one sample."""

    def tensors(self, moment: Moment, sample: int) -> Mapping[str, Tensor]:
        """Return tensors of one sample by name; none where it can't tell."""

    def lines(self, moment: Moment, sample: int, name: str, cell: Cell) -> Lines:
        """Return how one number of them comes about; none where it is a mean or so."""
