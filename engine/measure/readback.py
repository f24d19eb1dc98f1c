"""Numbers on their way from a device to the host, for which no step waits."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

EVENTS = frozenset({"cuda", "xpu"})
"""Devices that tell when they have come to a place."""


@dataclass
class DeviceClock:
    """Time that a device spends on what lies between `start` and `stop`.

    Where it doesn't tell, `start` waits until it has nothing to do, and the host's
    clock tells the rest.

    Args:
        device: Whose time.
    """

    device: torch.device
    _spans: list[tuple[torch.Event, torch.Event]] = field(default_factory=list)

    def start(self) -> None:
        """Count from here."""
        if self.device.type in EVENTS:
            self._spans.append((self._event(), self._event()))
            self._spans[-1][0].record()
        elif self.device.type != "cpu":
            torch.accelerator.synchronize(self.device)

    def stop(self) -> None:
        """Count up to here."""
        if self._spans:
            self._spans[-1][1].record()

    def seconds(self) -> float:
        """Return the time of all spans; only when the device has passed them."""
        spans, self._spans = self._spans, []
        return sum(first.elapsed_time(last) for first, last in spans) / 1000

    def _event(self) -> torch.Event:
        return torch.Event(self.device, enable_timing=True)


class Readback:
    """A vector that is copied to the host while the device goes on.

    Args:
        numbers: On any device; nobody writes into them any more.

    Shape:
        numbers: (n,)
    """

    def __init__(self, numbers: Tensor) -> None:
        self._event: torch.Event | None = None
        if numbers.device.type not in EVENTS:
            self._host = numbers.cpu()
            return
        # Only memory that can't be paged out is filled without the host's help.
        pinned = numbers.device.type == "cuda"
        self._host = torch.empty(numbers.shape, dtype=numbers.dtype, pin_memory=pinned)
        self._host.copy_(numbers, non_blocking=True)
        self._event = torch.Event(numbers.device)
        self._event.record()

    @property
    def is_there(self) -> bool:
        """Whether reading them takes no waiting."""
        return self._event is None or bool(self._event.query())

    def read(self) -> np.ndarray:
        """Return the numbers; waits for them.

        Shape:
            (n,)
        """
        if self._event is not None:
            self._event.synchronize()
        return self._host.numpy()
