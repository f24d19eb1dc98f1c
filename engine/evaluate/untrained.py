"""A project whose weights come out of files: asked before anything is trained."""

from engine.errors import TrainingError
from engine.graph.model import Project
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.training.parts.assembly import assemble
from engine.training.weights import initial_weights


class Untrained:
    """A network with its first weights in place.

    Args:
        project: Only read; its paths are whole ones.

    Attributes:
        step: None was made.

    Raises:
        EngineError: When it has a problem, or no weights come out of a file.
    """

    def __init__(self, project: Project) -> None:
        self._project, self.step = project, 0
        self.parts = assemble(project, "cpu", 0)
        if not initial_weights.start(project, self.parts.program, None):
            raise TrainingError(
                tr("The network knows nothing yet"),
                where=project.name,
                expected=tr("a run, or weights out of a file"),
                fix=tr("Train it first."),
            )

    @property
    def name(self) -> str:
        """Title of the project."""
        return self._project.name

    @property
    def place(self) -> str:
        """Where it is: it has no folder."""
        return self._project.name

    def title(self, path: str) -> str:
        """Return what the canvas calls a node."""
        return path_title(self._project, path)
