"""Everything that acts on the desk, made in the order in which one needs another."""

from workbench.app.bars.status import StatusBar
from workbench.app.desk import Desk
from workbench.app.dialogs import Helpers
from workbench.app.files.changed_on_disk import ChangedOnDisk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.files.guard import Guard
from workbench.app.files.opening import Opening
from workbench.app.files.projects import Files
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.engine_loss import EngineCare
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.report import ReportCommand
from workbench.app.run.step import Stepping
from workbench.app.run.training import TrainCommands
from workbench.app.run.view_focus import Watching
from workbench.app.run.view_settings import ViewQuestions
from workbench.app.run.weights_dialog import WeightsCommand
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
        self.report = ReportCommand(desk)
        self.view = ViewCommands(desk)
        self.view.follow_settings()
        self.watching = Watching(desk)
        self.stepping = Stepping(desk, self.training)
        self.diagnosing = Diagnosing(desk, self.training)
        self.past_runs = PastRuns(desk, self.training, self.diagnosing, status)
        self.helpers = Helpers(desk, self.files, self.past_runs)
        self.view_questions = ViewQuestions(desk)
        self.engine_care = EngineCare(desk, self.training)
        self.files.train_wanted.connect(self.training.restart)
        self.files.failed.connect(lambda text: desk.banner.say("error", text))
        self.training.node_wanted.connect(desk.canvas.focus_node)
        self.training.begun.connect(desk.canvas.setFocus)

    def close(self) -> None:
        """Give up what is under way."""
        self.opening.close()
        self.view.enlarging.restore()
        self.changed_on_disk.close()
