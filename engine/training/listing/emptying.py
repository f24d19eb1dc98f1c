"""Empties the trash of runs, a part at a time: what is gone can't be taken back.

Nothing is followed: of a link the link goes. A run gets another name before its files
go, so that one of which only some are left is never brought back.
"""

import os
import re
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import DocumentError
from engine.i18n import tr
from engine.protocol.past_runs import TrashEmptied, TrashPart
from engine.training.listing.trash import own_trash

PART_S = 0.15
"""A part takes no longer, so that others are answered meanwhile."""
PART = 2000
"""The most runs in one part."""
_GOING = ".gone-"
"""Begins the name of a run whose files go."""
_NAME = re.compile(r"(\.gone-)?[^./\\:][^/\\:]{0,250}")


def weighed(folder: Path, start: int = 0) -> TrashPart:
    """Return some of what is in the trash, and what it takes.

    Args:
        folder: Where runs are kept.
        start: How many were told before.

    Raises:
        DocumentError: When the trash is no folder of its own.
    """
    trash = own_trash(folder)
    with suppress(FileNotFoundError), os.scandir(trash) as entries:
        # What another program has left there, such as .DS_Store, is none of ours.
        names = sorted(e.name for e in entries if _NAME.fullmatch(e.name))
        end, taken, num_bytes = time.monotonic() + PART_S, 0, 0
        for name in names[start : start + PART]:
            num_bytes += _size(trash / name)
            taken += 1
            if time.monotonic() > end:
                break
        runs = tuple(names[start : start + taken])
        return TrashPart(str(folder), start, runs, num_bytes, len(names))
    return TrashPart(str(folder), start, (), 0, 0)


def emptied(folder: Path, runs: Sequence[str]) -> TrashEmptied:
    """Delete runs that are in the trash, as many as a part has time for.

    Args:
        folder: Where runs are kept.
        runs: Names in the trash; one that is not there any more is gone.

    Raises:
        DocumentError: When the trash is no folder of its own, or a name is a way out.
    """
    trash, end = own_trash(folder), time.monotonic() + PART_S
    for name in runs:
        if not _NAME.fullmatch(name):
            raise DocumentError(tr("This is no run of this folder"), got=name)
    gone: list[str] = []
    freed, refused, looked_at = 0, "", 0
    for name in runs:
        looked_at += 1
        try:
            freed += _delete(trash, name)
            gone.append(name)
        except OSError as error:
            reason = error.strerror or str(error)
            refused = tr("“{run}” stays: {reason}", run=name, reason=reason)
        if time.monotonic() > end:
            break
    left = tuple(runs[looked_at:])
    return TrashEmptied(str(folder), tuple(gone), freed, left, refused)


def _delete(trash: Path, name: str) -> int:
    """Delete what has this name; return how many bytes its files had."""
    there = trash / name
    if not os.path.lexists(there):
        return 0
    num_bytes = _size(there)
    if there.is_symlink() or not there.is_dir():
        there.unlink()
        return num_bytes
    going = there if name.startswith(_GOING) else trash / (_GOING + name)
    if going != there:
        there.rename(going)
    shutil.rmtree(going)
    return num_bytes


def _size(path: Path) -> int:
    """Return the bytes of all files; of what can't be looked at nothing is known."""
    total, waiting = 0, [str(path)]
    while waiting:
        place = waiting.pop()
        with suppress(OSError):
            if os.path.isdir(place) and not os.path.islink(place):  # noqa: PTH112, PTH114 - 50,000 of them
                with os.scandir(place) as entries:
                    waiting.extend(entry.path for entry in entries)
            else:
                total += os.lstat(place).st_size
    return total
