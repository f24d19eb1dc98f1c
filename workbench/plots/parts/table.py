"""The numbers that a plot shows, as they stand in a CSV file."""

from collections.abc import Sequence

from engine.protocol.arrays import Floats, Ints

Cell = str | float
Rows = Sequence[Sequence[Cell]]
Table = tuple[list[str], Rows]
"""Header and rows."""


def over_steps(
    steps: Ints, values: Floats | None, what: str, layers: Sequence[str]
) -> Table:
    """Return what was measured of every layer (steps, layers), a row a step."""
    if values is None:
        return ["step"], []
    header = ["step", *(f"{what} of {name}" for name in layers)]
    pairs = zip(steps.tolist(), values.tolist(), strict=True)
    return header, [[step, *row] for step, row in pairs]
