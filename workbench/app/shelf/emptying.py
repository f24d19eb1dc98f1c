"""Empties the trash of runs: says what is in it, asks, and tells what became free."""

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.theme.text import size

ABOUT = "trash"
"""What banners about the trash can be withdrawn by."""


class Emptying:
    """Asks before anything is deleted for good.

    Args:
        desk: Has the runs, and says how it went.
        forget: Is told the names of the runs that can't be taken back any more.
    """

    def __init__(self, desk: Desk, forget: Callable[[set[str]], None]) -> None:
        self._desk, self._forget = desk, forget
        self._trash = desk.session.past_runs.shelf.trash
        self._trash.emptied.connect(self._on_emptied)

    def begin(self) -> None:
        """Look what is in the trash, and ask whether to delete it."""
        self._trash.weigh(self._desk.session.runs_folder, self._on_weighed)

    def _on_weighed(self, runs: tuple[str, ...], num_bytes: int) -> None:
        if not runs:
            self._desk.banner.say("info", tr("The trash is empty."), about=ABOUT)
        elif is_wanted(self._desk.widget, len(runs), num_bytes):
            self._trash.empty(self._desk.session.runs_folder, runs)

    def _on_emptied(self, runs: tuple[str, ...], num_bytes: float, why: str) -> None:
        banner = self._desk.banner
        self._forget(set(runs))
        banner.withdraw(ABOUT)
        if why:
            banner.say("error", why)
            return
        words = tr("{n:run is|runs are} deleted for good: {size} are free again.",
                   n=len(runs), size=size(num_bytes))  # fmt: skip
        banner.say("info", words, about=ABOUT)


def is_wanted(parent: QWidget, number: int, num_bytes: float) -> bool:
    """Ask whether to delete what is in the trash; to cancel is what Enter does.

    Args:
        parent: In front of which it asks.
        number: Runs in the trash.
        num_bytes: What they take.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Empty the trash"))
    box.setTextFormat(box.textFormat().PlainText)
    words = tr("Delete {n:run|runs} in the trash for good?", n=number)
    box.setText(words)
    more = tr(
        "{size} become free. Nothing brings them back: neither Undo nor “{back}”.",
        size=size(num_bytes),
        back=tr("Take back what was deleted"),
    )
    box.setInformativeText(more)
    own = box.addButton(tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is own
