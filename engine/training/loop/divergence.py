"""Finds the step and the loss node where a loss stopped being finite."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from engine.i18n import tr
from engine.training.loop.causes import Cause
from engine.training.loop.events import Ending


def ending(step: int, node: str, title: str) -> Ending:
    """Return the end of a training with a loss that is not finite.

    Args:
        step: From 1.
        node: Path of the loss.
        title: What it is called.
    """
    advice = tr("Try a lower learning rate, or clip the gradient.")
    return Ending("diverged", f"{_sentence(step, title)} {advice}", node)


def traced(cause: Cause, step: int, loss: str) -> Ending:
    """Return the end of a training that became bad in a node.

    Of a number that is merely too large the loss is told first: steps and weights may
    be to blame. Of all else nothing but the node is.

    Args:
        cause: Found.
        step: From 1.
        loss: What the loss is called.
    """
    text = f"{cause.text} {cause.advice}"
    if cause.is_size:
        text = f"{_sentence(step, loss)} {text}"
    return Ending("diverged", text, cause.node)


def _sentence(step: int, title: str) -> str:
    where = {"node": title, "step": step}
    return tr("The loss “{node}” is no finite number in step {step}.", **where)


class DeviceLosses:
    """Losses that are still on the device, to be looked at now and then.

    Reading a number makes the processor wait for the device; here that is done for
    many steps at once.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[int, str, Tensor]] = []

    def add(
        self, step: int, losses: Sequence[str], outputs: Mapping[str, Tensor]
    ) -> None:
        """Keep the losses of a step."""
        self._rows += [(step, loss, outputs[loss].detach()) for loss in losses]

    def first_bad(self) -> tuple[int, str] | None:
        """Return step and node of the first that is not finite; forget the others."""
        if not self._rows:
            return None
        rows, self._rows = self._rows, []
        finite = torch.isfinite(torch.stack([loss.float() for _, _, loss in rows]))
        for (step, node, _), good in zip(rows, finite.tolist(), strict=True):
            if not good:
                return step, node
        return None
