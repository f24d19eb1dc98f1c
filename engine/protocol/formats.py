"""The formats that an engine writes weights in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportFormat:
    """One file format.

    Args:
        id: As in `commands.Export`.
        title: Words in the dialog (English; shown through `tr`).
        suffix: Ending of its files, with the dot.
    """

    id: str
    title: str
    suffix: str
