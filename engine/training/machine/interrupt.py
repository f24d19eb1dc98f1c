"""Ends a slow step from within, so that Stop answers at once.

Hooks cost a few per cent on a small network, so they are armed only while steps take
longer than `SLOW_S`; a quick step is simply finished.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

SLOW_S = 0.1
"""Steps that take longer can be ended in the middle."""


class InterruptedStepError(Exception):
    """Raised inside a step that shall not be finished; never leaves the trainer."""


class Interrupt:
    """A request to stop that is heard between two layers, forward and backward.

    Args:
        modules: Heard before each of its layers computes.
        parameters: Heard whenever one of their gradients is ready.

    Threads: `request` from any; the rest from the training thread.
    """

    def __init__(self, modules: nn.Module, parameters: Sequence[Tensor]) -> None:
        self._modules, self._parameters = modules, parameters
        self._handles: list[RemovableHandle] = []
        self.requested = False
        self._must_finish = False

    @property
    def armed(self) -> bool:
        """Whether a step may end in the middle."""
        return bool(self._handles)

    def request(self) -> None:
        """Ask to stop."""
        self.requested = True

    def finish_step(self) -> None:
        """Hear nothing until `step_finished`: weights have moved, there is no way back.

        A step that ended here would leave some phases updated and others not.
        """
        self._must_finish = True

    def step_finished(self) -> None:
        """Hear again: the next step has moved nothing yet."""
        self._must_finish = False

    def listen(self, *, slow: bool) -> None:
        """Arm or disarm, as the steps are."""
        if slow and not self.armed:
            self._arm()
        elif self.armed and not slow:
            self.disarm()

    def disarm(self) -> None:
        """Remove all hooks."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def check(self, *_arguments: object) -> None:
        """Raise when a stop was asked for and a step may end here."""
        if self.requested and self.armed and not self._must_finish:
            raise InterruptedStepError

    def _arm(self) -> None:
        leaves = [m for m in self._modules.modules() if not list(m.children())]
        handles = [module.register_forward_pre_hook(self.check) for module in leaves]
        for weights in self._parameters:
            if weights.requires_grad:
                listen: Callable[..., RemovableHandle] = weights.register_hook
                handles.append(listen(self.check))
        self._handles = handles
