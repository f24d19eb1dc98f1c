"""How much memory there is, and how much of it is free for us."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

import torch

_GROUPS = Path("/sys/fs/cgroup")
_LIMITS = (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData"))


class Room(NamedTuple):
    """Bytes of one device, 0 where unknown.

    Args:
        total: All that could ever be free.
        free: What a training could take now; what this process holds counts as free,
            because a new training takes its place.
    """

    total: int
    free: int


def room(device: str) -> Room:
    """Return the room on a device.

    Args:
        device: As in a document; `auto` is the first accelerator, else the processor.
    """
    found = torch.accelerator.current_accelerator(check_available=True)
    if device == "cpu" or found is None or found.type != "cuda":
        return main_memory()
    try:
        place = torch.device("cuda:0" if device == "auto" else device)
        free, total = torch.cuda.mem_get_info(place)
        return Room(total, free + torch.cuda.memory_reserved(place))
    except RuntimeError:  # no such device, or not even room for asking
        return Room(0, 0)


def main_memory() -> Room:
    """Return the room in main memory, within the limits of this process."""
    sizes = _table(Path("/proc/meminfo"))
    if not sizes:
        return Room(_physical(), 0)
    own = _table(Path("/proc/self/status"))
    held = own.get("RssAnon", 0)
    total, free = sizes.get("MemTotal", 0), sizes.get("MemAvailable", 0) + held
    for limit, used in [*_group_limits(), *_process_limits(own)]:
        total, free = min(total, limit), min(free, limit - used + held)
    return Room(total, max(0, free))


def _physical() -> int:
    """Return the machine's memory, 0 where the system does not tell."""
    names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
    if "SC_PHYS_PAGES" not in names:
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _table(path: Path) -> dict[str, int]:
    """Return the sizes of a file of the system, in bytes; none where it is missing."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {
        line.partition(":")[0]: int(line.split()[1]) * 1024
        for line in lines
        if line.endswith("kB")
    }


def _process_limits(own: dict[str, int]) -> list[tuple[int, int]]:
    """Return what `ulimit` allows this process, and what it uses of that."""
    if sys.platform == "win32":
        return []
    import resource  # noqa: PLC0415 - not everywhere

    limits = [
        (resource.getrlimit(getattr(resource, name))[0], own.get(used, 0))
        for name, used in _LIMITS
        if hasattr(resource, name)
    ]
    return [(size, used) for size, used in limits if size != resource.RLIM_INFINITY]


def _group_limits(groups: Path = _GROUPS) -> list[tuple[int, int]]:
    """Return limit and use of each control group around this process (v2 and v1)."""
    found = []
    try:
        lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        root = groups / "memory" if kinds else groups
        names = _V1 if kinds else _V2
        place = root / path.lstrip("/")
        for folder in (place, *place.parents):
            if (limits := _limit_of(folder, *names)) is not None:
                found.append(limits)
            if folder == root:
                break
    return found


_V2 = ("memory.max", "memory.current", "inactive_file")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _limit_of(
    folder: Path, limit: str, usage: str, cached: str
) -> tuple[int, int] | None:
    try:
        most = int((folder / limit).read_text("ascii"))  # `max` is no number
        used = int((folder / usage).read_text("ascii"))
        table = (folder / "memory.stat").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    files = sum(int(row.split()[1]) for row in table if row.split()[0] == cached)
    return most, max(0, used - files)  # pages of files are given up for us
