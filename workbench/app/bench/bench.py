"""The trainings that answer a question, as the window offers them."""

from collections.abc import Callable

from workbench.app.bench.better import BetterCommand
from workbench.app.bench.preflight import PreflightCommand
from workbench.app.bench.proof import ProofCommand
from workbench.app.bench.race import RaceCommand
from workbench.app.bench.sweep import SweepCommand
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands


class Bench:
    """All of them.

    Args:
        desk: Whose document they are about.
        training: Trains when that is wanted.
        may_read: Asks whether files outside the project's folder may be read.
    """

    def __init__(
        self, desk: Desk, training: TrainCommands, may_read: Callable[[], bool]
    ) -> None:
        self.preflight = PreflightCommand(desk, training, may_read)
        self.better = BetterCommand(desk, may_read)
        self.proof = ProofCommand(desk, may_read)
        self.sweep = SweepCommand(desk, may_read)
        self.race = RaceCommand(desk, may_read)
