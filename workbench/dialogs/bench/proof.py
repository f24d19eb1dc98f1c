"""Does the cure help? Both trainings as they go on, and the answer in words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.bench.proof import Proved, Proving
from engine.protocol.findings import Finding
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.proof_chart import ProofChart
from workbench.theme.style import polish


class ProofDialog(Dialog):
    """Shows the same training before and after a cure.

    Args:
        finding: The fault.
        fix: Its cure.
        parent: The window.

    Attributes:
        answer: None while it goes on.
    """

    topic = "panel/diagnosis"
    unwanted = Signal()  # it is to stop
    cure_wanted = Signal(object, object)  # the finding and the fix

    def __init__(
        self, finding: Finding, fix: Fix, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Prove the cure"), parent)
        self.resize(580, 420)
        self._finding, self._fix = finding, fix
        self.answer: Proved | None = None
        self.is_stopping = False
        cure = fix.label.rstrip(".。")
        self.head = self.add_text(tr("Does this help: {cure}?", cure=cure), "title")
        words = tr(
            "“{fault}”: the same training, from the same seed, without the cure and "
            "with it. Nothing of your project is changed.",
            fault=finding.title,
        )
        self.told = self.add_text(words, "secondary")
        self.chart = ProofChart()
        self.box.addWidget(self.chart, 1)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 0)
        self.box.addWidget(self.progress)
        self.doing = self.add_text(tr("The first training begins…"), "secondary")
        self.stop = self.add_button(tr("Cancel"))
        self.leave = self.add_button(tr("Close"))
        self.cure = self.add_button(tr("Cure and train again"), accent=True)
        self.stop.clicked.connect(self._on_stop)
        self.leave.clicked.connect(self.reject)
        self.cure.clicked.connect(self._on_cure)
        self._set(busy=True)

    def show_progress(self, told: Proving) -> None:
        """Show how far a training is."""
        points = [(float(step), float(value)) for step, value in told.curve]
        self.chart.show_curve(told.which, points, told.total, told.score)
        self.progress.setRange(0, 2 * told.total)
        self.progress.setValue(told.which * told.total + told.step)
        words = (tr("without the cure"), tr("with the cure"))[told.which]
        facts = {"step": f"{told.step:,}", "total": f"{told.total:,}"}
        self.doing.setText(
            f"{words}: " + tr("step {step} of {total}", **facts)
        )  # fmt: skip

    def show_answer(self, told: Proved) -> None:
        """Say what the cure changes."""
        self.answer = told
        heads = {
            "helps": tr("Yes, the cure helps"),
            "same": tr("It changes little"),
            "hurts": tr("No, here it makes it worse"),
            "unproved": tr("This can’t be told from the score"),
        }
        self.head.setText(heads[told.verdict])
        self.told.setText(told.text)
        self._set(busy=False)

    def show_failure(self, text: str) -> None:
        """Say why there is no answer."""
        polish(self.told, "role", "error")
        self.told.setText(text)
        self._set(busy=False)

    def reject(self) -> None:
        """Close, and stop what is going on."""
        if self.answer is None:
            self.unwanted.emit()
        super().reject()

    def _set(self, *, busy: bool) -> None:
        for widget in (self.progress, self.doing, self.stop):
            widget.setVisible(busy)
        self.leave.setVisible(not busy)
        good = {"helps", "unproved"}  # of the second nobody knows better
        self.cure.setVisible(self.answer is not None and self.answer.verdict in good)

    def _on_stop(self) -> None:
        self.is_stopping = True
        self.stop.setEnabled(False)
        self.doing.setText(tr("Stopping…"))
        self.unwanted.emit()

    def _on_cure(self) -> None:
        self.accept()
        self.cure_wanted.emit(self._finding, self._fix)
