"""New, open, save: what the File menu does, with its questions and errors."""

import functools
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from engine.errors import EngineError
from engine.graph.model import Project
from engine.i18n import tr
from engine.places import is_there
from workbench.app.desk import Desk
from workbench.app.docks.rooms import BUILD
from workbench.app.files.guard import ChangedError, Guard
from workbench.app.files.opening import Opening
from workbench.document import actions
from workbench.document.document import SUFFIX


class Files(QObject):
    """Opens and saves the document.

    Args:
        desk: Whose document it is.
        guard: Asks before the document's own file is written over.
        opening: Opens large files.
    """

    failed = Signal(str)
    save_failed = Signal(str)
    train_wanted = Signal()

    def __init__(self, desk: Desk, guard: Guard, opening: Opening) -> None:
        super().__init__(desk.widget)
        self._parent, self._guard, self._opening = desk.widget, guard, opening
        self._document, self._settings = desk.document, desk.settings
        self._rooms, self._session = desk.rooms, desk.session
        opening.failed.connect(self.failed)

    def new(self) -> None:
        """Start an empty project, where layers are at hand."""
        if self.may_leave():
            self._document.new()
            self._rooms.enter(BUILD)

    def open(self) -> None:
        """Ask for a file and open it."""
        words = tr("Projects (*{suffix})", suffix=SUFFIX)
        folder = str(self._settings.folder)
        path, _ = QFileDialog.getOpenFileName(
            self._parent, tr("Open a project"), folder, words
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open a file, after asking about unsaved changes."""
        if self.may_leave():
            self.reload(path)

    def reload(
        self, path: Path, otherwise: Callable[[], object] = lambda: None
    ) -> None:
        """Open a file in place of the document, whatever is unsaved.

        Args:
            path: The file; a large one is open later.
            otherwise: Called once it has been said why it can't be opened.
        """
        if self._opening.wants(path):
            then = functools.partial(self._remember, path)
            self._opening.start(path, then, otherwise, self.may_leave)
            return
        try:
            self._document.load(path)
        except EngineError as error:
            self.failed.emit(str(error))
            otherwise()
            return
        self._remember(path)

    def show(self, project: Project, name: str, put: Callable[[], object]) -> None:
        """Show a project that has been read, a large one in slices.

        Args:
            project: Stays as it is until then.
            name: For the words while it comes.
            put: Hands the project to the document.
        """
        self._opening.show(project, name, put, self.may_leave)

    def open_preset(self, preset_id: str) -> bool:
        """Open a copy of a preset, after asking about unsaved changes.

        Returns:
            Whether it is open now.
        """
        if not self.may_leave():
            return False
        try:
            self._document.load_preset(preset_id)
        except EngineError as error:
            self.failed.emit(str(error))
            return False
        return True

    def train_preset(self, preset_id: str) -> None:
        """Open a copy of a preset and train it."""
        if self.open_preset(preset_id):
            self.train_wanted.emit()

    def choose_preset(self) -> None:
        """Show the gallery of presets."""
        from workbench.dialogs.presets import PresetDialog  # lazy

        dialog = PresetDialog(self._parent)
        dialog.chosen.connect(self.open_preset)
        dialog.train_wanted.connect(self.train_preset)
        dialog.exec()
        dialog.deleteLater()

    def save(self) -> bool:
        """Save to the document's file, asking for one the first time."""
        if self._document.path is None:
            return self.save_as()
        while self._guard.may_save():
            try:
                return self._save_to(self._document.path, self._guard.check)
            except ChangedError:  # Between the question and the writing: ask again.
                continue
        return False

    def save_as(self) -> bool:
        """Ask for a file and save there; return whether it was saved."""
        start = self._settings.folder / f"{self._document.title}{SUFFIX}"
        words = tr("Projects (*{suffix})", suffix=SUFFIX)
        text, _ = QFileDialog.getSaveFileName(
            self._parent, tr("Save the project"), str(start), words
        )
        if not text:
            return False
        path = Path(text)
        if not path.suffix:
            path = path.with_suffix(SUFFIX)
            if is_there(path) and not self._may_replace(path):
                return False
        return self._save_to(path)

    def rename(self) -> None:
        """Ask for another name of the project, and of its file if it has one."""
        old = self._document.title
        name, is_taken = QInputDialog.getText(
            self._parent,
            tr("Rename the project"),
            tr("Name"),
            QLineEdit.EchoMode.Normal,
            old,
        )
        name = name.strip()
        if is_taken and name and name != old:
            self.rename_to(name)

    def rename_to(self, name: str) -> None:
        """Give the project another name; its file goes along, in its folder."""
        path = self._document.path
        if path is None:
            actions.rename_project(self._document, name)
            return
        try:
            target = path.with_name(f"{name.removesuffix(SUFFIX)}{SUFFIX}")
        except ValueError:  # a part of a path, or nothing
            self.failed.emit(tr("A file can't be called “{name}”.", name=name))
            return
        if is_there(target) and not self._may_replace(target):
            return
        try:
            self._document.move_file(target)
        except EngineError as error:
            self.failed.emit(str(error))
        else:
            self._remember(target)

    def _may_replace(self, path: Path) -> bool:
        """Ask about a file that was named without its suffix."""
        from workbench.dialogs import unsaved  # seldom needed

        return unsaved.may_replace(self._parent, path.name)

    def may_leave(self, *, ends_all: bool = False) -> bool:
        """Return whether the document may go: saved, given up, or unchanged.

        Args:
            ends_all: A training that goes on ends too; the question says so.
        """
        if not self._document.is_modified:
            return True
        from workbench.dialogs import unsaved  # seldom needed

        more = ""
        if ends_all and self._session.active:
            more = tr("The training stops with a checkpoint, and can be resumed.")
        answer = unsaved.ask(self._parent, self._document.title, more)
        return self.save() if answer == "save" else answer == "discard"

    def _save_to(self, path: Path, check: Callable[[], None] | None = None) -> bool:
        try:
            self._document.save(path, check)
        except EngineError as error:
            self.save_failed.emit(str(error))
            return False
        self._remember(path)
        return True

    def _remember(self, path: Path) -> None:
        self._settings.add_recent(path)
