"""What is said when the file of the document is not what it was, and what to do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.i18n import tr
from workbench.app.files.projects import ChangedError
from workbench.app.files.recovery import RecoveryOffer
from workbench.document.files.on_disk import OnDisk, State

if TYPE_CHECKING:
    from workbench.app.window import MainWindow

_ABOUT = "on disk"


class DiskCare(QObject):
    """Tells of files that other programs, or other windows, have open or changed.

    Args:
        window: Whose document it is.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.on_disk = OnDisk(window.document)
        self._offer: RecoveryOffer | None = None
        window.files.may_save = self.may_save
        window.files.check = self.check
        self.on_disk.differs.connect(self._on_differs)
        later = Qt.ConnectionType.QueuedConnection  # Others clear the banner first.
        self.on_disk.shared.connect(self._on_shared, later)
        window.document.replaced.connect(lambda: window.banner.withdraw(_ABOUT))
        window.document.saved.connect(lambda: window.banner.withdraw(_ABOUT))
        window.recovery.refused.connect(self._on_refused)
        window.files.save_failed.connect(self._on_save_failed)

    def offer_recovery(self, wrong: str = "") -> None:
        """Offer what a crash left behind; `wrong` is what else has to be said."""
        self._offer = RecoveryOffer(self._window, wrong)

    def close(self) -> None:
        """Let go of the file, and of what was not decided about."""
        self.on_disk.close()
        if self._offer is not None:
            self._offer.close()

    def may_save(self) -> bool:
        """Return whether the file may be written: unchanged, or somebody says so.

        Who says so has been asked about what the file holds at that very moment.
        """
        document = self._window.document
        known = document.known
        is_agreed = self._is_agreed(document.path.name if document.path else "")
        if not is_agreed:
            document.known = known
        return is_agreed

    def _is_agreed(self, name: str) -> bool:
        while (state := self.on_disk.state()) == "changed":
            found = self.on_disk.seen()
            if not _replace(self._window, name, state):
                return False
            self.on_disk.take(found)
        return state != "locked" or _replace(self._window, name, state)

    def check(self) -> None:
        """Refuse to write a file that has changed since it was asked about.

        Raises:
            ChangedError: It has.
        """
        if self.on_disk.state() == "changed":
            raise ChangedError

    def _on_differs(self, state: State) -> None:
        window, path = self._window, self._window.document.path
        name = path.name if path else ""
        if state in {"same", "locked"}:
            window.banner.withdraw(_ABOUT)
            return
        if state == "gone":
            words = tr("“{name}” was moved or deleted. Save writes it anew.", name=name)
            window.banner.say("warning", words, [], _ABOUT)
            return
        words = tr("Another program has changed “{name}”.", name=name)
        if window.document.is_modified:
            words += " " + tr("To reload it gives up your changes.")
        self._offer_both(words)

    def _offer_both(self, words: str) -> None:
        """Say something, and offer what stands on the disk and what is open."""
        offers = [
            (tr("Reload"), self._reload),
            (tr("Keep mine"), self._keep),
            (tr("Save as…"), self._window.files.save_as),
        ]
        self._window.banner.say("warning", words, offers, _ABOUT)

    def _reload(self) -> None:
        window = self._window
        path = window.document.path
        if path is not None and not window.files.reload(path):
            self._offer_both(window.banner.words.text())

    def _keep(self) -> None:
        self.on_disk.take(self.on_disk.told())
        self._window.banner.withdraw(_ABOUT)

    def _on_shared(self, path: str) -> None:
        words = tr(
            "Another window has “{name}” open too. Who saves second is asked first.",
            name=path.rpartition("/")[2],
        )
        if self._window.banner.isHidden():
            self._window.banner.say("info", words, [], _ABOUT)
        else:
            self._window.banner.add(words)

    def _on_save_failed(self, words: str) -> None:
        offers = [(tr("Save as…"), self._window.files.save_as)]
        self._window.banner.say("error", words, offers, _ABOUT)

    def _on_refused(self, why: str) -> None:
        words = tr(
            "Unsaved work is not kept for a crash: {why}. Save to a file often.",
            why=why,
        )
        self._window.banner.say("warning", words)


def _replace(parent: QWidget, name: str, state: State) -> bool:
    """Ask whether to overwrite what another program has written or locked."""
    title, words = tr("Read-only"), tr("“{name}” is read-only.", name=name)
    more = tr("To save replaces it all the same.")
    if state == "changed":
        title = tr("Changed on disk")
        words = tr("Another program has changed “{name}”.", name=name)
        more = tr("To save overwrites what it has written.")
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setTextFormat(box.textFormat().PlainText)
    box.setText(words)
    box.setInformativeText(more)
    own = box.addButton(tr("Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is own
