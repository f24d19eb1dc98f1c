"""Memory that is not there, in words; and memory that is not needed any more."""

import ctypes
import gc
import re
import sys

import torch

from engine.errors import TrainingError
from engine.i18n import tr

_WORDS = ("can't allocate memory", "not enough memory", "out of memory")
_ASKED = re.compile(r"[Tt]ried to allocate ([0-9.]+) ?(bytes|[KMGT]i?B)")
FREE_BYTES = 64 * 2**20
"""So much freed memory is worth giving back between steps and evaluations."""
_UNITS = {"b": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def is_scarce(error: BaseException | None) -> bool:
    """Return whether an error says that memory could not be had."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    told = str(error) if isinstance(error, RuntimeError) else ""
    return any(words in told for words in _WORDS)


class ScarcityError(TrainingError):
    """There is not enough memory; built from one that `is_scarce`.

    Args:
        error: What torch has said, in its own words.
        where: A node, a device, or nothing.
        node: Path of the node, or empty where it is not known.
    """

    def __init__(self, error: BaseException, where: str, node: str = "") -> None:
        self.node = node
        found = _ASKED.search(str(error))
        asked = float(found[1]) * _UNITS[found[2][0]] if found else 0.0
        size = f"{asked / 1e9:,.2f}"
        super().__init__(
            tr("There is not enough free memory for the training"),
            where=where,
            got=tr("no room for {size} GB more", size=size) if asked else None,
            fix=tr("Make the network or the batch smaller, or close other programs."),
        )


def give_back() -> None:
    """Let the system have what Python and torch hold without using it.

    Threads: any.
    """
    gc.collect()
    if torch.accelerator.is_available() and torch.accelerator.current_accelerator():
        torch.accelerator.empty_cache()
    trim(0)


class _Heap(ctypes.Structure):
    """What glibc's `mallinfo2` tells of all heaps of the process."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
            "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip


def trim(least_bytes: int = FREE_BYTES) -> None:
    """Let the system have what was freed in pieces; elsewhere than on Linux nothing.

    What steps have freed is seldom of use to an evaluation, and the other way round:
    without this both stay, and the process grows with each change between them.

    Args:
        least_bytes: Less than this is left for what comes.

    Threads: any.
    """
    if _C is None or (least_bytes and _C.mallinfo2().fordblks < least_bytes):
        return
    _C.malloc_trim(0)


def _c_library() -> ctypes.CDLL | None:
    """Return glibc, or None where another library allocates."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    if not (hasattr(library, "malloc_trim") and hasattr(library, "mallinfo2")):
        return None
    library.mallinfo2.restype = _Heap
    return library


_C = _c_library()
