"""How the memory of the engine's process is kept: the same from its first step on."""

import ctypes
import gc
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 32 * 2**20
"""glibc goes there by itself as larger tensors are freed, one run at a time."""


def settle() -> None:
    """Let all threads share one heap, and let it treat a tensor always alike.

    Otherwise what one thread has freed is of no use to another, and the memory of a
    training depends on those before it. Elsewhere than on Linux nothing happens.

    Source: glibc, mallopt(3)

    Threads: the first, before it starts others.
    """
    if sys.platform != "linux":
        return
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is None:
        return
    choose(_ARENA_MAX, 1)
    choose(_MMAP_THRESHOLD, _LARGE)
    choose(_TRIM_THRESHOLD, 2 * _LARGE)


def keep_libraries() -> None:
    """Let Python's collector pass over all that lives now: libraries above all.

    It would walk through some 300,000 objects of theirs every few seconds of a quick
    training, which then stands for a fifth of a second.

    Threads: any.
    """
    gc.collect()
    gc.freeze()
