"""Devices that torch reports, by name and memory."""

import os
import platform
from pathlib import Path

import torch

from engine.errors import ConfigError, did_you_mean
from engine.i18n import tr
from engine.protocol.device import Device


def available() -> tuple[Device, ...]:
    """Return every device that can train: the processor first."""
    return (_processor(), *_accelerators())


def resolve(name: str) -> torch.device:
    """Return the device of a document's setting.

    Args:
        name: `auto` (the first accelerator, otherwise the processor), or an id as in
            `available`; `cuda` means `cuda:0`.

    Raises:
        ConfigError: When there is no such device here.
    """
    known = [device.id for device in available()]
    if name == "auto":
        return torch.device(known[1] if len(known) > 1 else known[0])
    wanted = f"{name}:0" if f"{name}:0" in known else name
    if wanted not in known:
        raise ConfigError(
            tr("There is no device “{name}” here", name=name),
            where=tr("Training"),
            expected=", ".join(["auto", *known]),
            fix=did_you_mean(name, known),
        )
    return torch.device(wanted)


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> Device:
    name = tr("{name} · {cores:core|cores}", name=_processor_name(), cores=cores())
    free, total = _main_memory()
    return Device("cpu", name, free, total)


def _processor_name() -> str:
    table = Path("/proc/cpuinfo")
    if table.is_file():
        for line in table.read_text("utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine() or "CPU"


def _main_memory() -> tuple[int, int]:
    """Return free and total bytes where the system tells, otherwise zeros."""
    table = Path("/proc/meminfo")
    if not table.is_file():
        return 0, 0
    sizes = {
        line.split(":")[0]: int(line.split()[1]) * 1024
        for line in table.read_text("ascii").splitlines()
        if line.endswith("kB")
    }
    return sizes.get("MemAvailable", 0), sizes.get("MemTotal", 0)


def _accelerators() -> list[Device]:
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None:
        return []
    kind = accelerator.type
    return [
        _accelerator(kind, index) for index in range(torch.accelerator.device_count())
    ]


def _accelerator(kind: str, index: int) -> Device:
    if kind == "cuda":
        free, total = _cuda_memory(index)
        return Device(f"cuda:{index}", torch.cuda.get_device_name(index), free, total)
    if kind == "xpu":
        properties = torch.xpu.get_device_properties(index)
        total = int(properties.total_memory)
        return Device(f"xpu:{index}", str(properties.name), 0, total)
    if kind == "mps":
        return Device(f"mps:{index}", tr("Apple GPU"))
    return Device(f"{kind}:{index}", f"{kind}:{index}")


def _cuda_memory(index: int) -> tuple[int, int]:
    """Return free and total bytes; none free when another program holds them all."""
    try:
        return torch.cuda.mem_get_info(index)
    except RuntimeError:  # there is not even room for asking
        return 0, int(torch.cuda.get_device_properties(index).total_memory)
