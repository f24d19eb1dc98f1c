"""A run that was made before and may go on."""

from dataclasses import dataclass
from pathlib import Path

from engine.graph.model import Project
from engine.protocol.past_runs import OpenedRun


@dataclass(frozen=True)
class PastRun:
    """What the window needs to know of a run to let it go on.

    Args:
        folder: Of the run.
        project: That it trains.
        step: Of its newest weights; None while the engine has not told.
        places: The places that its weights start from, when it has none of its own.
        note: What is told beside the offer to go on.
    """

    folder: Path
    project: Project
    step: int | None = None
    places: tuple[str, ...] = ()
    note: str = ""


def past_run(opened: OpenedRun, project: Project) -> PastRun:
    """Return a run from what the engine tells of it, and its document."""
    folder = Path(opened.run)
    return PastRun(folder, project, opened.step, opened.places, opened.damage)
