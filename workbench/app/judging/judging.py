"""What is done with a finished run: its report, on screen and as a page; trying it."""

from workbench.app.bars.finish_bar import FinishBar
from workbench.app.desk import Desk
from workbench.app.judging.again import AgainCommand
from workbench.app.judging.judge import JudgeCommand
from workbench.app.judging.labels import LabelsCommand
from workbench.app.judging.try_it import TryCommand
from workbench.app.run.report import ReportCommand


class Judging:
    """Makes what does it.

    Args:
        desk: Shows the run.
        bar: Offers it when a training has ended.
    """

    def __init__(self, desk: Desk, bar: FinishBar) -> None:
        self.page = ReportCommand(desk)
        self.report = JudgeCommand(desk, self.page)
        self.try_it = TryCommand(desk)
        self.labels = LabelsCommand(desk)
        self.again = AgainCommand(desk)
        bar.report_wanted.connect(self.report.show)
        bar.try_wanted.connect(self.try_it.show)
