"""What a crash left behind is offered at the next start; nothing goes unasked."""

from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.document.files.recovery import Left, Recovery


class RecoveryOffer:
    """One start's look at what was left behind.

    Args:
        desk: Where it is offered.
        files: Asks before anything unsaved goes.
        recovery: What was left behind.
        wrong: What else has to be said first.
    """

    def __init__(
        self, desk: Desk, files: Files, recovery: Recovery, wrong: str = ""
    ) -> None:
        self._desk, self._files, self._recovery = desk, files, recovery
        found = list(recovery.found())
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
        banner = self._desk.banner
        if not self._copies:
            if self._said:
                banner.say("warning", self._said)
            return
        name = self._copies[0].title
        words = tr("The last session ended without saving “{name}”.", name=name)
        more = len(self._copies) - 1
        if more:
            words += " " + tr("{n:more is|more are} kept.", n=more)
        offers = [(tr("Restore"), self._restore), (tr("Discard"), self._discard)]
        banner.keep("warning", f"{self._said}\n{words}".strip(), offers)

    def _restore(self) -> None:
        """Show the copy as unsaved work; the others wait for the next start."""
        left = self._copies[0]
        if left.project is None or not self._files.may_leave():
            return
        project, desk = left.project, self._desk

        def put() -> None:
            self._copies.remove(left)
            desk.banner.drop()
            self._recovery.adopt(left)
            desk.document.set_project(
                project, left.file, is_saved=False, known=left.known
            )
            self.close()

        self._files.show(project, left.title, put)  # Cancelled, it is offered again.

    def _discard(self) -> None:
        self._copies.pop(0).discard()
        self._said = ""
        self._desk.banner.drop()
        self._offer()


def _broken_words(left: Left) -> str:
    return tr(
        "What a session left behind can't be read and was set aside: {path} ({why})",
        path=left.path.name,
        why=left.wrong,
    )
