"""Weights from files: the dialog, and what it changes in the document."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.graph.model import Project
from engine.graph.weights import Start, absolute
from engine.i18n import tr
from engine.protocol import commands
from engine.protocol.messages import Failed
from engine.protocol.weights import WeightsPreview
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.document import Document, actions

if TYPE_CHECKING:
    from workbench.dialogs.weights import WeightsDialog


def rooted(document: Document) -> Project:
    """Return the project as the engine needs it: paths count from its file."""
    if document.path is None:
        return document.project
    return absolute(document.project, document.path.parent)


def load(document: Document, preview: WeightsPreview) -> int:
    """Let every node that fits start from a file, as one undo step.

    Returns:
        How many do.

    Raises:
        EngineError: The document refuses; nothing has changed.
    """
    place = Start(_portable(document, preview.path), preview.prefix)
    nodes = document.project.graph.nodes
    places = {i: str(place.below(i)) for i in preview.nodes if i in nodes}
    actions.start_from(document, places)
    return len(places)


def _portable(document: Document, path: str) -> str:
    """Return a path below the document's folder as seen from there."""
    place = Path(path)
    if document.path and place.is_relative_to(document.path.parent):
        return place.relative_to(document.path.parent).as_posix()
    return path


class WeightsCommand:
    """Opens the dialog and carries its questions to the engine.

    Args:
        desk: In front of which it opens.
        outside: Lets the file be read that is chosen.
    """

    def __init__(self, desk: Desk, outside: ForeignWeights) -> None:
        self._desk, self._outside = desk, outside
        self.dialog: WeightsDialog | None = None
        desk.session.weights_previewed.connect(self._on_previewed)
        desk.session.request_failed.connect(self._on_failed)

    def show(self) -> None:
        """Ask which file, show how it fits, and load it."""
        from workbench.dialogs.weights import WeightsDialog

        desk = self._desk
        dialog = WeightsDialog(
            desk.settings.folder, desk.session.runs_folder, desk.widget
        )
        dialog.wanted.connect(self._ask)
        dialog.applied.connect(self._apply)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def _ask(self, path: str, prefix: str) -> None:
        project = self._desk.document.project
        self._desk.session.preview_weights(project, path, prefix)

    def _apply(self, preview: WeightsPreview) -> None:
        desk = self._desk
        try:
            count = load(desk.document, preview)
        except EngineError as error:
            desk.banner.say("error", str(error))
            return
        self._outside.choose(preview.path)
        file = Path(preview.path).name
        words = tr("{n:layer starts|layers start} from {file}.", n=count, file=file)
        desk.session.history.add_log((words,))
        desk.canvas.say(words)

    def _on_previewed(self, preview: WeightsPreview) -> None:
        dialog = self.dialog
        if dialog is not None and dialog.waits_for(preview.path, preview.prefix):
            dialog.show_preview(preview)

    def _on_failed(self, command: object, failed: Failed) -> None:
        dialog = self.dialog
        if not isinstance(command, commands.PreviewWeights) or dialog is None:
            return
        if dialog.waits_for(command.path, command.prefix):
            dialog.show_error(failed.text)

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
