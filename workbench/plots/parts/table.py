"""The numbers that a plot shows, as they stand in a CSV file."""

from collections.abc import Sequence

Cell = str | float
Rows = Sequence[Sequence[Cell]]
Table = tuple[list[str], Rows]
"""Header and rows."""
