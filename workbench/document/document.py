"""The project that is open, changed only by undo steps."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

import presets
from engine.errors import DocumentError
from engine.files import atomic_write
from engine.graph.edits import Edit, apply_all, carrying
from engine.graph.files import collector, serialize
from engine.graph.model import Position, Project
from engine.i18n import tr
from workbench.document import content
from workbench.document.commands import EditCommand

SUFFIX = ".bpw"


class Document(QObject):
    """One open project with its file and its undo stack.

    Everybody may read `project`; it is changed through `apply` alone.

    Attributes:
        project: The project. Another object after `replaced`.
        undo_stack: Every change a person made, and what takes it back.
        path: The file, or None for a project that was never saved.
        known: What the file held when it was read, written or looked at last, see
            `content`; a file that holds something else is not written over unasked.
        preset: Id of the preset this started from, or empty.

    Signals:
        places_wanted: Asks every canvas where it shows the nodes of a scope that have
            no stored position: the scope, and a dictionary to be added to.
    """

    places_wanted = Signal(str, object)  # scope, dict[str, Position]
    changed = Signal(object)  # list[Edit]
    replaced = Signal()
    saving = Signal(object)  # Path
    saved = Signal()
    moved = Signal()  # the file has another name
    title_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = Project(name=tr("Untitled"))
        self.path: Path | None = None
        self.known = content.NOTHING
        self.preset = ""
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)

    @property
    def is_modified(self) -> bool:
        """Whether there are changes that are not in the file."""
        return not self.undo_stack.isClean()

    @property
    def title(self) -> str:
        """Name for the window: the file's, or the project's."""
        return self.path.stem if self.path else self.project.name

    def unplaced(self, scope: str) -> dict[str, Position]:
        """Return where nodes without a stored position are shown; none without canvas.

        Of two canvases the first counts, where both know a node.
        """
        places: dict[str, Position] = {}
        self.places_wanted.emit(scope, places)
        return places

    def apply(self, edits: Sequence[Edit], text: str) -> None:
        """Make `edits` as one undo step.

        Args:
            edits: All are made, or none.
            text: Words in the Edit menu.

        Raises:
            EngineError: The document refuses; nothing has changed.
        """
        edits = list(edits)
        if not edits:
            return
        inverse = apply_all(self.project, edits)
        self.undo_stack.push(EditCommand(self.replay, text, edits, inverse))
        self._tell(edits)

    def replay(self, edits: Sequence[Edit]) -> None:
        """Make edits of a step that is on the stack already; undo and redo do."""
        apply_all(self.project, edits)
        self._tell(list(edits))

    def new(self) -> None:
        """Start an empty project."""
        self.set_project(Project(name=tr("Untitled")))

    def load(self, path: Path | str) -> None:
        """Open a file.

        Raises:
            DocumentError: It is not a project; the open one stays.
        """
        path = Path(path).resolve()
        with collector.resting():
            project, known = content.read(path)
            self.set_project(project, path, known=known)

    def load_preset(self, preset_id: str) -> None:
        """Open a copy of a preset; saving it asks for a file.

        Raises:
            EngineError: There is no such preset; the open project stays.
        """
        self.set_project(presets.load(preset_id), preset=preset_id)

    def save(
        self, path: Path | str | None = None, check: Callable[[], None] | None = None
    ) -> None:
        """Write the project to `path`, or to the file it came from.

        Args:
            path: The file.
            check: Called right before the file is replaced; what it raises stops it.

        Raises:
            DocumentError: The disk refuses, or there is no file yet.
        """
        target = Path(path).resolve() if path else self.path
        if target is None:
            raise DocumentError(tr("This project has no file yet"))
        self.saving.emit(target)
        carried = self._carry(target.parent)
        data = self.text().encode("utf-8")
        try:
            atomic_write(target, data, check or (lambda: None))
        except Exception as error:
            if carried:
                self._take_back()
            if not isinstance(error, OSError):
                raise
            raise DocumentError(
                tr("The project can't be saved"),
                where=str(target),
                got=error.strerror or str(error),
            ) from error
        self.path, self.preset, self.known = target, "", content.word_of(data)
        self.undo_stack.setClean()
        self.saved.emit()
        self.title_changed.emit()

    def _carry(self, folder: Path) -> bool:
        """Let paths lead where they led, counted from another folder: an undo step."""
        old = self.path.parent if self.path else None
        made = list(carrying.edits(self.project, old, folder)) if old != folder else []
        if made:
            self.apply(made, tr("Paths from the project's folder"))
        return bool(made)

    def _take_back(self) -> None:
        """Undo the newest step for good: what it was made for has failed."""
        self.undo_stack.undo()
        self.undo_stack.command(self.undo_stack.index()).setObsolete(True)
        self.undo_stack.redo()  # Qt drops an obsolete step instead of making it.

    def move_file(self, path: Path) -> None:
        """Give the file another name; what is unsaved stays so.

        Raises:
            DocumentError: The disk refuses; the file is where it was.
        """
        if self.path is None:
            return
        try:
            self.path.replace(path)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None)
            raise DocumentError(
                tr("The file can't be renamed"),
                where=str(self.path),
                got=reason or tr("no file can have this name"),
            ) from error
        self.path = path
        self.moved.emit()
        self.title_changed.emit()

    def set_project(
        self,
        project: Project,
        path: Path | None = None,
        preset: str = "",
        *,
        is_saved: bool = True,
        known: str = content.NOTHING,
    ) -> None:
        """Show another project; forgets every undo step of the old one.

        Args:
            project: Belongs to the document from now on.
            path: Its file.
            preset: The preset it is a copy of.
            is_saved: False when it stands in no file yet and must not get lost.
            known: What its file held when it was read.
        """
        self.project, self.path, self.preset = project, path, preset
        self.known = known
        self.undo_stack.clear()
        if is_saved:
            self.undo_stack.setClean()
        else:
            self.undo_stack.resetClean()
        self.replaced.emit()
        self.title_changed.emit()

    def text(self) -> str:
        """Return the document as it would stand in a file."""
        return serialize.dumps(self.project)

    def _tell(self, edits: list[Edit]) -> None:
        self.changed.emit(edits)
        self.title_changed.emit()

    def _on_clean_changed(self, _is_clean: bool) -> None:
        self.title_changed.emit()
