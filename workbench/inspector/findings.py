"""What a diagnosis found: the fault, its numbers, its source, and what mends it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout

from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.findings import Finding
from workbench.inspector.cards import Card, CardList, FixButton, words
from workbench.inspector.parts.course import CoursePlot
from workbench.inspector.parts.evidence import EvidencePlot
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_M, SPACE_S


class FindingCard(Card):
    """One fault."""

    fix_requested = Signal(object, object)  # Finding, and a Fix of it
    prove_requested = Signal(object, object)  # the same: does it help?

    def __init__(self, finding: Finding) -> None:
        node = next(iter(finding.nodes), None)
        super().__init__(("warning", "warn"), tr("warning"), node)
        self.finding = finding
        self.buttons: list[FixButton] = []
        self.setAccessibleName(f"{finding.title}: {finding.text}")
        self.setToolTip(tr("Show it on the canvas"))
        self.fill(self._content(), (SPACE_S, 6, SPACE_S, 6))

    def _content(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(4)
        box.addWidget(words(self.finding.title, "fault"))
        box.addWidget(words(self.finding.text, "text"))
        box.addLayout(_evidence(self.finding))
        box.addWidget(words(self.finding.advice, "text"))
        if self.finding.fixes:
            box.addLayout(self._fixes())
        box.addWidget(words(self.finding.source, "secondary"))
        return box

    def _fixes(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setContentsMargins(0, 2, 0, 2)
        box.setSpacing(SPACE_S - 2)
        for fix in self.finding.fixes:
            button = FixButton(fix.label, is_first=fix is self.finding.fixes[0])
            button.setAccessibleDescription(
                tr("Apply this as one undo step and train again")
            )
            button.clicked.connect(
                lambda _=False, fix=fix: self.fix_requested.emit(self.finding, fix)
            )
            self.buttons.append(button)
            box.addWidget(button)
        box.addWidget(self._proving(self.finding.fixes[0]))
        return box

    def _proving(self, fix: Fix) -> QPushButton:
        """Return the button that has the first cure tried, before and after."""
        self.prove = QPushButton(tr("Prove"))
        polish(self.prove, "small", value=True)
        self.prove.setCursor(Qt.CursorShape.ArrowCursor)
        words = tr(
            "Train from the same seed without this cure and with it: {cure}",
            cure=fix.label,
        )
        self.prove.setToolTip(tip(words))
        self.prove.setAccessibleDescription(words)
        policy = QSizePolicy.Policy
        self.prove.setSizePolicy(policy.Maximum, policy.Fixed)
        self.prove.clicked.connect(lambda: self.prove_requested.emit(self.finding, fix))
        return self.prove


class FindingList(CardList[FindingCard]):
    """All faults of the run that is shown."""

    fix_requested = Signal(object, object)  # Finding, and a Fix of it
    prove_requested = Signal(object, object)  # the same: does it help?

    def __init__(self) -> None:
        super().__init__(spacing=SPACE_M)
        self.show_findings((), has_run=False)

    def show_findings(self, findings: Sequence[Finding], *, has_run: bool) -> None:
        """Show these instead of the old ones.

        Args:
            findings: The cause of the rest first.
            has_run: Whether there is a run that they would be of.
        """
        before = tr("Train, and what goes wrong is named here.")
        none = tr("No fault has been found in this run.")
        self.empty.setText(none if has_run else before)
        self.clear(expects=bool(findings))
        for finding in findings:
            card = FindingCard(finding)
            card.fix_requested.connect(self.fix_requested)
            card.prove_requested.connect(self.prove_requested)
            self.add(card)


def _evidence(finding: Finding) -> QVBoxLayout:
    """Return what was measured, each number drawn beside its limit.

    Where the rule looks at a course, that is drawn, and when it was told.
    """
    box = QVBoxLayout()
    box.setSpacing(2)
    for each in finding.evidence:
        box.addWidget(words(each.what, "secondary"))
        is_course = len(each.course) > 1
        box.addWidget(
            CoursePlot(each, finding.step) if is_course else EvidencePlot(each)
        )
    return box
