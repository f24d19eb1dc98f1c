"""Checks documents: problems, shapes, sizes. Nothing is read that nobody allowed."""

from engine.advice.analysis import Analyser
from engine.advice.weights import sources
from engine.data import catalog
from engine.graph import weights
from engine.graph.files import serialize
from engine.protocol.commands import Check
from engine.protocol.messages import Analysis


class Checker:
    """Remembers shapes, so that the next check of an edited document is quick."""

    def __init__(self) -> None:
        self._analyser = Analyser(catalog.training_part)

    def checked(self, command: Check) -> Analysis:
        """Return what is known of a document.

        Raises:
            DocumentError: When it is none.
        """
        project = serialize.loads(command.document)
        held = sources.held(project, command.folder, command.allowed)
        seen = weights.without(project, held, command.folder) if held else project
        analysis = self._analyser.analyse(seen, command.revision, command.folder)
        return sources.with_held(analysis, project, command.folder, held)
