"""Checks documents: problems, shapes, sizes. Nothing is read that nobody allowed."""

from engine.advice.analysis import Analyser
from engine.advice.weights import sources
from engine.data import catalog
from engine.data.intake import problems
from engine.data.parts import Arrays
from engine.graph import weights
from engine.graph.files import serialize
from engine.layers.spec import Params
from engine.protocol.commands import Check
from engine.protocol.messages import Analysis


class Checker:
    """Remembers shapes, so that the next check of an edited document is quick."""

    def __init__(self) -> None:
        self._folder = ""
        self._analyser = Analyser(self._samples)

    def _samples(self, params: Params) -> Arrays:
        return problems.samples_in(catalog.training_part, self._folder)(params)

    def checked(self, command: Check) -> Analysis:
        """Return what is known of a document.

        Raises:
            DocumentError: When it is none.
        """
        project = serialize.loads(command.document)
        held = sources.held(project, command.folder, command.allowed)
        seen = weights.without(project, held, command.folder) if held else project
        self._folder = command.folder
        analysis = self._analyser.analyse(seen, command.revision, command.folder)
        analysis = problems.with_files(analysis, seen, command.folder)
        return sources.with_held(analysis, project, command.folder, held)
