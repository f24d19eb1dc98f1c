"""What is said when the file of the document is not what it was, and what to do."""

from PySide6.QtCore import QObject, Qt

from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.files.recovery import RecoveryOffer
from workbench.document.files.on_disk import OnDisk, State
from workbench.document.files.recovery import Recovery

_ABOUT = "on disk"


class ChangedOnDisk(QObject):
    """Tells of files that other programs, or other windows, have open or changed.

    Args:
        desk: Whose document it is.
        files: Saves and reloads it.
        on_disk: Watches its file.
        recovery: What sessions left behind.
    """

    def __init__(
        self, desk: Desk, files: Files, on_disk: OnDisk, recovery: Recovery
    ) -> None:
        super().__init__(desk.widget)
        self._desk, self._files = desk, files
        self.on_disk, self._recovery = on_disk, recovery
        self._offer: RecoveryOffer | None = None
        self.on_disk.differs.connect(self._on_differs)
        later = Qt.ConnectionType.QueuedConnection  # Others clear the banner first.
        self.on_disk.shared.connect(self._on_shared, later)
        document, banner = desk.document, desk.banner
        document.replaced.connect(lambda: banner.withdraw(_ABOUT))
        document.saved.connect(lambda: banner.withdraw(_ABOUT))
        recovery.refused.connect(self._on_refused)
        files.save_failed.connect(self._on_save_failed)

    def offer_recovery(self, wrong: str = "") -> None:
        """Offer what a crash left behind; `wrong` is what else has to be said."""
        self._offer = RecoveryOffer(self._desk, self._files, self._recovery, wrong)

    def close(self) -> None:
        """Let go of the file, and of what was not decided about."""
        self.on_disk.close()
        if self._offer is not None:
            self._offer.close()

    def _on_differs(self, state: State) -> None:
        desk, path = self._desk, self._desk.document.path
        name = path.name if path else ""
        if state in {"same", "locked"}:
            desk.banner.withdraw(_ABOUT)
            return
        if state == "gone":
            words = tr("“{name}” was moved or deleted. Save writes it anew.", name=name)
            desk.banner.say("warning", words, [], _ABOUT)
            return
        words = tr("Another program has changed “{name}”.", name=name)
        if desk.document.is_modified:
            words += " " + tr("To reload it gives up your changes.")
        self._offer_both(words)

    def _offer_both(self, words: str) -> None:
        """Say something, and offer what stands on the disk and what is open."""
        offers = [
            (tr("Reload"), self._reload),
            (tr("Keep mine"), self._keep),
            (tr("Save as…"), self._files.save_as),
        ]
        self._desk.banner.say("warning", words, offers, _ABOUT)

    def _reload(self) -> None:
        desk = self._desk
        path = desk.document.path
        if path is not None:
            offer = self._offer_both
            self._files.reload(path, lambda: offer(desk.banner.words.text()))

    def _keep(self) -> None:
        self.on_disk.take(self.on_disk.told())
        self._desk.banner.withdraw(_ABOUT)

    def _on_shared(self, path: str) -> None:
        words = tr(
            "Another window has “{name}” open too. Who saves second is asked first.",
            name=path.rpartition("/")[2],
        )
        if self._desk.banner.isHidden():
            self._desk.banner.say("info", words, [], _ABOUT)
        else:
            self._desk.banner.add(words)

    def _on_save_failed(self, words: str) -> None:
        offers = [(tr("Save as…"), self._files.save_as)]
        self._desk.banner.say("error", words, offers, _ABOUT)

    def _on_refused(self, why: str) -> None:
        words = tr(
            "Unsaved work is not kept for a crash: {why}. Save to a file often.",
            why=why,
        )
        self._desk.banner.say("warning", words)
