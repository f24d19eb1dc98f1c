"""Who looks on while a training goes on, and may say what is wrong with it."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from engine.protocol.arrays import Floats, Ints
from engine.protocol.findings import Finding
from engine.protocol.frame import Evaluation, LayerSample
from engine.training.events import Ending


class Watcher(Protocol):
    """Takes in what is measured anyway; changes nothing about the training.

    Threads: the training thread alone.
    """

    def sampled(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers."""

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take in an evaluation."""

    def looking(self) -> AbstractContextManager[None]:
        """Look at the activations of one batch of training data in eval mode."""

    def judge(
        self, steps: Ints, losses: Floats, ending: Ending | None
    ) -> tuple[Finding, ...] | None:
        """Return what is wrong, the cause of the rest first; None when as before.

        Args:
            steps: Since the last call (K,).
            losses: Of these steps, a column a phase (K, phases).
            ending: How the training ended; None while it goes on.
        """


class Nobody:
    """Looks at nothing and says nothing."""

    def sampled(self, sample: LayerSample) -> None:
        """Ignore it."""

    def evaluated(self, evaluation: Evaluation) -> None:
        """Ignore it."""

    def looking(self) -> AbstractContextManager[None]:
        """Look at nothing."""
        return nullcontext()

    def judge(
        self, _steps: Ints, _losses: Floats, _ending: Ending | None
    ) -> tuple[Finding, ...] | None:
        """Say nothing."""
        return None
