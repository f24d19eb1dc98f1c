"""Everything that acts on the desk, made in the order in which one needs another."""

from pathlib import Path

from workbench.app.bars.status import StatusBar
from workbench.app.bench.bench import Bench
from workbench.app.data.own_data import OwnData
from workbench.app.desk import Desk
from workbench.app.dialogs import Helpers
from workbench.app.explain.room import Explaining
from workbench.app.files.changed_on_disk import ChangedOnDisk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.files.guard import Guard
from workbench.app.files.opening import Opening
from workbench.app.files.projects import Files
from workbench.app.judging.judging import Judging
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.engine_loss import EngineCare
from workbench.app.run.finishing import Finishing
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.step import Stepping
from workbench.app.run.training import TrainCommands
from workbench.app.run.view_focus import Watching
from workbench.app.run.view_settings import ViewQuestions
from workbench.app.run.weights_dialog import WeightsCommand
from workbench.app.time.bygone import Bygone
from workbench.app.view_commands import ViewCommands
from workbench.document.files.on_disk import OnDisk
from workbench.document.files.recovery import Recovery


class Controllers:
    """What the menus do, and what answers the engine, the disk and the document.

    Args:
        desk: Acted on.
        status: Says how a run that was made before has ended.
        recovery: What sessions left behind.
    """

    def __init__(self, desk: Desk, status: StatusBar, recovery: Recovery) -> None:
        on_disk = OnDisk(desk.document)
        self.opening = Opening(desk)
        self.guard = Guard(desk.widget, desk.document, on_disk)
        self.files = Files(desk, self.guard, self.opening)
        self.changed_on_disk = ChangedOnDisk(desk, self.files, on_disk, recovery)
        self.foreign_weights = ForeignWeights(desk)
        self.training = TrainCommands(desk, self.foreign_weights)
        self.weights = WeightsCommand(desk, self.foreign_weights)
        self.bench = Bench(desk, self.training, self.foreign_weights)
        self.view = ViewCommands(desk)
        self.view.follow_settings()
        self.watching = Watching(desk)
        self.explaining = Explaining(desk, self.foreign_weights.may_read)
        self.stepping = Stepping(desk, self.training)
        self.diagnosing = Diagnosing(desk, self.training)
        self.finishing = Finishing(desk, self.training, self.bench.before)
        told = (self.diagnosing, self.finishing)
        self.past_runs = PastRuns(desk, self.training, told, status, self.opening)
        bygone = Bygone(desk, self.files, self.past_runs, self.training)
        self.runs, self.looking_back = bygone.runs, bygone.looking_back
        self.helpers = Helpers(desk, self.files, self.past_runs)
        self.view_questions = ViewQuestions(desk)
        self.data = OwnData(
            desk, self.files, self.past_runs, self.weights, self.foreign_weights
        )
        self.engine_care = EngineCare(desk, self.training)
        self._join(desk)

    def _join(self, desk: Desk) -> None:
        """Let one do what another wants."""
        self.finishing.bar.export_wanted.connect(self.helpers.show_export)
        self.finishing.bar.better_wanted.connect(self.bench.better.ask)
        self.judging = Judging(desk, self.finishing.bar)
        for wanted in (self.judging.again.open_wanted, self.bench.sweep.open_wanted):
            wanted.connect(
                lambda run: self.past_runs.open(Path(run), self.files.may_leave)
            )
        self.diagnosing.panel.prove_requested.connect(self.bench.proof.ask)
        self.bench.proof.cure_wanted.connect(self.diagnosing.mend)
        self.files.train_wanted.connect(self.training.restart)
        self.files.failed.connect(lambda text: desk.banner.say("error", text))
        self.training.node_wanted.connect(desk.canvas.focus_node)
        self.training.begun.connect(desk.canvas.setFocus)
        self.training.begun.connect(desk.rooms.follow_training)

    def close(self) -> None:
        """Give up what is under way."""
        self.opening.close()
        self.past_runs.close()
        self.engine_care.close()
        self.view.enlarging.restore()
        self.changed_on_disk.close()
