"""Forms beside the canvas: the selected nodes, the training, the problems."""

from workbench.inspector.inspector import Inspector
from workbench.inspector.problems import ProblemList
from workbench.inspector.training.form import TrainingForm

__all__ = ["Inspector", "ProblemList", "TrainingForm"]
