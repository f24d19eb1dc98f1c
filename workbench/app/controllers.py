"""Everything that acts on the desk, made in the order in which one needs another."""

from collections.abc import Callable

from workbench.app.bars.status import StatusBar
from workbench.app.commands.actions import Actions
from workbench.app.commands.dialogs import Helpers
from workbench.app.commands.view_commands import ViewCommands
from workbench.app.desk import Desk
from workbench.app.files.disk_care import DiskCare
from workbench.app.files.guard import Guard
from workbench.app.files.opening import Opening
from workbench.app.files.outside import OutsidePaths
from workbench.app.files.projects import Files
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.engine_loss import EngineCare
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.step import Stepping
from workbench.app.run.training import TrainCommands
from workbench.app.run.view_focus import Watching
from workbench.app.run.view_settings import ViewQuestions
from workbench.app.run.weights_dialog import WeightsCommand
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
        self._desk = desk
        on_disk = OnDisk(desk.document)
        self.opening = Opening(desk)
        self.guard = Guard(desk.widget, desk.document, on_disk)
        self.files = Files(desk, self.guard, self.opening)
        self.disk_care = DiskCare(desk, self.files, on_disk, recovery)
        self.outside = OutsidePaths(desk)
        self.training = TrainCommands(desk, self.outside)
        self.weights = WeightsCommand(desk, self.outside)
        self.view = ViewCommands(desk)
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

    def follow(self, actions: Actions) -> None:
        """Keep the entries of the menus as the states allow."""
        self.training.follow(actions)
        self.helpers.follow(actions)
        self.view.follow_settings(actions["motion"])

    def close(self) -> None:
        """Give up what is under way."""
        self.opening.close()
        self.view.enlarging.restore()
        self.disk_care.close()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by the action's id."""
        files, stack = self.files, self._desk.document.undo_stack
        own = {
            "new": files.new,
            "open": files.open,
            "preset": files.choose_preset,
            "open_run": self.helpers.open_run,
            "save": files.save,
            "save_as": files.save_as,
            "quit": self._desk.widget.close,
            "undo": stack.undo,
            "redo": stack.redo,
        }
        train = {
            "train": self.training.train,
            "pause": self.training.pause,
            "stop": self.training.stop,
            "step": self.training.step,
            "steps": self.training.steps,
            "epoch": self.training.epoch,
            "restart": self.training.restart,
            "keep": self.training.keep,
            "weights": self.weights.show,
        }
        return own | train | self.view.handlers() | self.helpers.handlers()
