"""What the engine tells of the devices that it can compute on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """One device that torch reports.

    Args:
        id: As in documents: `cpu`, `cuda:0` …
        name: Words for the picker.
        free_bytes: Free memory, 0 where unknown.
        total_bytes: All memory, 0 where unknown.
    """

    id: str
    name: str
    free_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True)
class Devices:
    """Answer to `ListDevices`, with the versions of the engine."""

    devices: tuple[Device, ...]
    torch_version: str
    cores: int
