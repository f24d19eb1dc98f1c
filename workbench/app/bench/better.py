"""Has two projects trained over the same seeds, and shows which one is better."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.weights import absolute, outside
from engine.i18n import tr
from engine.protocol.bench.better import Compare, Compared, Seeded
from workbench.app.bench.trial_command import TrialCommand
from workbench.app.desk import Desk
from workbench.app.run.weights_dialog import rooted
from workbench.session.past.before import Before, changes
from workbench.theme.text import word

if TYPE_CHECKING:
    from workbench.dialogs.bench.better import BetterDialog  # noqa: F401 - names the base


class BetterCommand(TrialCommand["BetterDialog"]):
    """Opens the window of the comparison and keeps it up to date.

    Args:
        desk: Whose document is B.
        may_read: Asks whether files outside the project's folder may be read.
        before: Runs that have ended, which it can be compared with.
    """

    def __init__(
        self, desk: Desk, may_read: Callable[[], bool], before: Before
    ) -> None:
        super().__init__(desk, Compare, may_read)
        self._before = before
        trials = desk.session.trials
        trials.seeded.connect(self._on_seeded)
        trials.compared.connect(self._on_compared)

    def ask(self) -> None:
        """Ask what is compared, in a window."""
        from workbench.dialogs.bench.better import BetterDialog

        if not self._may_read():
            return
        dialog = BetterDialog(self._documents(), self._desk.widget)
        dialog.wanted.connect(self._begin)
        dialog.unwanted.connect(self._desk.session.trials.call_off)
        dialog.file_wanted.connect(self._read)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        if not dialog.first.count() and self._desk.session.run_document:
            dialog.show_failure(tr("Nothing differs from A: change something first."))
        dialog.open()

    def _documents(self) -> dict[str, str]:
        """Return what B can be compared with: what runs have trained, newest first."""
        found, project = {}, rooted(self._desk.document)
        last = self._desk.session.run_document
        known = {run.document for run in self._before.runs}
        if last and last not in known and not _is_equal(last, project):
            found[tr("The project of the last run")] = last
        for words, text in self._before.others(project):
            found.setdefault(words, text)
        return found

    def _read(self, path: Path) -> None:
        """Offer the project of a file; one that reads others is refused."""
        if self.dialog is None:
            return
        try:
            project = serialize.load(path)
        except EngineError as error:
            self.dialog.show_failure(str(error))
            return
        if outside(project, str(path.parent)):
            text = tr("The project reads files outside its folder")
            self.dialog.show_failure(text)
            return
        text = serialize.dumps(absolute(project, path.parent))
        self.dialog.add_file(word(path.name), text)

    def _begin(self, first: str, seeds: int, known: Compared | None) -> None:
        project = rooted(self._desk.document)
        if known is None and self.dialog is not None and _is_equal(first, project):
            text = tr("Nothing differs from A: change something first.")
            self.dialog.show_failure(text)
            return
        second = serialize.dumps(project)
        score = known.score if known else ""
        wish = Compare(first, second, seeds, score, known)
        self._desk.session.trials.compare(wish)

    def _on_seeded(self, told: Seeded) -> None:
        if self.dialog is not None:
            self.dialog.show_seed(told)

    def _on_compared(self, told: Compared) -> None:
        if self.dialog is not None:
            self.dialog.show_answer(told)


def _is_equal(first: str, second: Project) -> bool:
    """Return whether a document trains the same as a project; large ones don't."""
    return changes(second, first) == []
