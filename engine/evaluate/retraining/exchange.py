"""One folder takes the place of another: at every moment one of them stands there."""

import ctypes
import glob
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

_DAY_S = 86_400
_HERE, _EXCHANGE = -100, 2
"""Linux: paths count from the working folder; both names are exchanged at once."""


def take_place(new: Path, old: Path) -> Path:
    """Let `new` stand where `old` stands, and keep `old` beside it.

    On Linux both change places in one step of the file system. Elsewhere the old one is
    moved aside first, and comes back when the new one can't follow.

    Returns:
        Where the old one is now.

    Raises:
        OSError: When they can't; the old one stands where it stood.
    """
    aside = _free(old)
    if _exchanged(new, old):
        new.rename(aside)
        return aside
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
    return aside


def _free(old: Path) -> Path:
    number = 1
    while os.path.lexists(old.with_name(f"{old.name}-before-{number}")):
        number += 1
    return old.with_name(f"{old.name}-before-{number}")


def _exchanged(one: Path, other: Path) -> bool:
    """Return whether the system has exchanged two names at once."""
    with suppress(OSError, AttributeError):
        call = ctypes.CDLL(None, use_errno=True).renameat2
        paths = os.fsencode(one), os.fsencode(other)
        return bool(call(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0)
    return False


def candidate(old: Path) -> Path:
    """Return a free name beside a folder, for what may take its place.

    What was left there by one that was killed, a day ago or more, is taken away.
    """
    for left in old.parent.glob(f".{glob.escape(old.name)}-new-????????"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _DAY_S and not left.is_symlink():
                remove(left)
    return old.with_name(f".{old.name}-new-{secrets.token_hex(4)}")


def remove(folder: Path) -> None:
    """Take away what is not wanted any more, as far as the disk lets us."""
    shutil.rmtree(folder, ignore_errors=True)
