"""What a crash left behind is offered at the next start; nothing goes unasked."""

from typing import TYPE_CHECKING

from engine.i18n import tr
from workbench.document.files.recovery import Left

if TYPE_CHECKING:
    from workbench.app.window import MainWindow


class RecoveryOffer:
    """One start's look at what was left behind.

    Args:
        window: Where it is offered.
        wrong: What else has to be said first.
    """

    def __init__(self, window: "MainWindow", wrong: str = "") -> None:
        self._window = window
        found = list(window.recovery.found())
        self._copies = [left for left in found if left.project is not None]
        broken = [left for left in found if left.project is None]
        for left in broken:
            left.keep()
        self._said = "\n".join(filter(None, [wrong, *map(_broken_words, broken)]))
        self._offer()

    def close(self) -> None:
        """Let the next start offer what was not decided."""
        for left in self._copies:
            left.keep()
        self._copies = []

    def _offer(self) -> None:
        """Offer the newest copy, or say what else there is to say."""
        banner = self._window.banner
        if not self._copies:
            if self._said:
                banner.say("warning", self._said)
            return
        name = self._copies[0].title
        words = tr("The last session ended without saving “{name}”.", name=name)
        more = len(self._copies) - 1
        if more == 1:
            words += " " + tr("One more is kept.")
        elif more:
            words += " " + tr("{n} more are kept.", n=more)
        offers = [(tr("Restore"), self._restore), (tr("Discard"), self._discard)]
        banner.keep("warning", f"{self._said}\n{words}".strip(), offers)

    def _restore(self) -> None:
        """Show the copy as unsaved work; the others wait for the next start."""
        window, left = self._window, self._copies[0]
        if left.project is None or not window.files.may_leave():
            return
        del self._copies[0]
        window.banner.drop()
        window.recovery.adopt(left)
        window.document.set_project(
            left.project, left.file, is_saved=False, known=left.known
        )
        self.close()

    def _discard(self) -> None:
        self._copies.pop(0).discard()
        self._said = ""
        self._window.banner.drop()
        self._offer()


def _broken_words(left: Left) -> str:
    return tr(
        "What a session left behind can't be read and was set aside: {path} ({why})",
        path=left.path.name,
        why=left.wrong,
    )
