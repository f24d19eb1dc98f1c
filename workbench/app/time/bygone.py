"""What has been: all runs, and the past of the one that is shown."""

from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.training import TrainCommands
from workbench.app.shelf.commands import RunsCommands
from workbench.app.time.looking_back import LookingBack


class Bygone:
    """Makes what leads there.

    Args:
        desk: Shows it.
        files: Asks before anything unsaved goes.
        past: Opens a run.
        training: Goes on from a branch.
    """

    def __init__(
        self, desk: Desk, files: Files, past: PastRuns, training: TrainCommands
    ) -> None:
        self.runs = RunsCommands(desk, files, past)
        self.looking_back = LookingBack(desk, training)
