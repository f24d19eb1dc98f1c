"""The numbers that a plot shows, as they stand in a CSV file."""

Cell = str | float
Table = tuple[list[str], list[list[Cell]]]
"""Header and rows."""
