"""The check before a training: it refuses what would fail, or teach nothing."""

from engine.advice.analysis import Analyser
from engine.compile.inferences import InferenceCache
from engine.compile.inspection import as_error
from engine.graph.model import Project


def refuse(project: Project, inferences: InferenceCache | None = None) -> None:
    """Raise the first error of a document; more than what keeps it from being built.

    Args:
        project: Only read. Files of weights are not looked at.
        inferences: Where what single nodes put out is remembered, for the compiler.

    Raises:
        EngineError: The first problem, named as on the canvas.
    """
    analyser = Analyser(inferences=inferences)
    for problem in analyser.analyse(project, warn=False).problems:
        if problem.severity == "error":
            raise as_error(project, problem)
