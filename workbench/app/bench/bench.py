"""The trainings that answer a question, as the window offers them."""

from workbench.app.bench.better import BetterCommand
from workbench.app.bench.preflight import PreflightCommand
from workbench.app.bench.proof import ProofCommand
from workbench.app.bench.race import RaceCommand
from workbench.app.bench.sweep import SweepCommand
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.run.training import TrainCommands
from workbench.session.past.before import Before


class Bench:
    """All of them.

    Args:
        desk: Whose document they are about.
        training: Trains when that is wanted.
        outside: Asks whether files outside the project's folder may be read.

    Attributes:
        before: Runs that have ended, to compare with.
    """

    def __init__(
        self, desk: Desk, training: TrainCommands, outside: ForeignWeights
    ) -> None:
        self.before, may_read = Before(), outside.may_read
        self.preflight = PreflightCommand(desk, training, may_read)
        self.better = BetterCommand(desk, may_read, self.before)
        self.proof = ProofCommand(desk, may_read)
        self.sweep = SweepCommand(desk, outside)
        self.race = RaceCommand(desk, may_read)
