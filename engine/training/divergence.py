"""Finds the step and the loss node where a loss stopped being finite."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


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
