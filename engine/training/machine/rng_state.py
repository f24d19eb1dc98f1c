"""Torch's own random states, which dropout and its like draw from."""

from collections.abc import Mapping

import torch
from torch import Tensor


def seed(number: int) -> None:
    """Seed the generators of all devices.

    Threads: they belong to the process; one training at a time.
    """
    torch.manual_seed(number)


def state(device: torch.device) -> dict[str, Tensor]:
    """Return the states of the processor and of `device`."""
    states = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        module = torch.get_device_module(device)
        states["device"] = module.get_rng_state(*_which(device))
    return states


def restore(states: Mapping[str, Tensor], device: torch.device) -> None:
    """Take over what `state` returned."""
    torch.set_rng_state(states["cpu"])
    if device.type != "cpu":
        module = torch.get_device_module(device)
        module.set_rng_state(states["device"], *_which(device))


def _which(device: torch.device) -> tuple[torch.device, ...]:
    """Return the device as an argument; there is but one of MPS."""
    return () if device.type == "mps" else (device,)
