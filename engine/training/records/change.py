"""A setting that was changed while a run went on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A setting that was changed while the run went on.

    Args:
        step: Steps made before it.
        name: As in `commands.SetHyper`.
        value: New value.
        phase: Name of the phase, or empty for all.
    """

    step: int
    name: str
    value: float
    phase: str = ""

    def replaces(self, other: "Change") -> bool:
        """Return whether another change of the same setting counts no more."""
        return self.name == other.name and self.phase in {"", other.phase}
