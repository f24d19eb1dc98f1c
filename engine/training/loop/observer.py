"""Who looks on while a training goes on, and may say what is wrong with it."""

from collections.abc import Iterator
from typing import Protocol

from engine.protocol.arrays import Floats, Ints
from engine.protocol.findings import Finding
from engine.protocol.messages import Evaluation, LayerSample
from engine.training.loop.events import Ending


class Observer(Protocol):
    """Takes in what is measured anyway; changes nothing about the training.

    Threads: the training thread alone.
    """

    def sampled(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers at a step of the schedule."""

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take in an evaluation."""

    def look_due(self) -> bool:
        """Return whether to `look` before the next step; asked before every step."""

    def look(self) -> Iterator[None]:
        """Look at what the network computes, a batch at a time."""

    def look_in_vain(self) -> None:
        """Be told that a look was due and failed, or would: none is due any more."""

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

    def look_due(self) -> bool:
        """Never."""
        return False

    def look(self) -> Iterator[None]:
        """Look at nothing."""
        return iter(())

    def look_in_vain(self) -> None:
        """Nothing was looked at anyway."""

    def judge(
        self, _steps: Ints, _losses: Floats, _ending: Ending | None
    ) -> tuple[Finding, ...] | None:
        """Say nothing."""
        return None
