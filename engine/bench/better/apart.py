"""How far what adversaries make is from what is real, at each evaluation."""

from engine.compile.flatten import FlatNode
from engine.explain.diagnose import spread
from engine.protocol.messages import Evaluation
from engine.training.loop.observer import Nobody
from engine.training.loop.trainer import Trainer

NAME = "distance"
"""Of it among scores."""


class Apart(Nobody):
    """Measures the distance whenever the network is evaluated.

    Args:
        trainer: Of the training.
        real: Layer that real samples flow into.
        made: The same for made ones.

    Attributes:
        points: Step and distance.
    """

    def __init__(self, trainer: Trainer, real: FlatNode, made: FlatNode) -> None:
        self._trainer, self._nodes = trainer, (real, made)
        self.points: list[tuple[int, float]] = []

    def evaluated(self, evaluation: Evaluation) -> None:
        """Measure it now."""
        self.points.append((evaluation.step, self.now()))

    def now(self) -> float:
        """Return the distance of the weights as they are."""
        parts = self._trainer.parts
        return spread.apart(parts.evaluator, parts.feeds, *self._nodes)
