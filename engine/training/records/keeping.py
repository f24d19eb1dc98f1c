"""Which checkpoints a run keeps: the last two, the best, and some on the way.

All within a disk budget; those on the way, to look back at and to branch from, have a
smaller one of their own.

Only files that `run.json` names are ever deleted: kept ones by their names, unfinished
ones by the word that the next checkpoint's name will end with.
"""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.folder import account, parts
from engine.folder.account import CHECKPOINTS, Kept

SUFFIX = ".safetensors"
BUDGET_BYTES = 4 * 2**30
"""Of all checkpoints of a run; the newest is kept whatever its size."""
MILESTONE_BYTES = 512 * 2**20
"""Of those on the way together."""
MILESTONES = 8
"""So many are kept on the way, about as far from each other."""
_NUM_RECENT = 2


def file_name(step: int, word: str) -> str:
    """Return the name of a checkpoint's file."""
    return f"{step:09d}-{word}{SUFFIX}"


def chosen(new: Kept, others: Iterable[Kept], budget: int = BUDGET_BYTES) -> list[Kept]:
    """Return what is kept once a checkpoint has been written, the newest first.

    Args:
        new: The one just written.
        others: Those kept until now; one of the same step is replaced, and
            those of later steps belong to no history any more.
        budget: For all of them together, in bytes.
    """
    before = [entry for entry in others if entry.step < new.step]
    before.sort(key=lambda entry: entry.step, reverse=True)
    best = _best([new, *before])
    wanted = [new, *before[: _NUM_RECENT - 1], *best]
    room, found = budget - new.size, [new]
    for entry in dict.fromkeys(wanted[1:]):
        if entry not in found and entry.size <= room:
            room -= entry.size
            found.append(entry)
    room = min(room, MILESTONE_BYTES)
    for entry in reversed(_spread(before, new.step)):
        if entry not in found and entry.size <= room:
            room -= entry.size
            found.append(entry)
    found[1:] = sorted(found[1:], key=lambda entry: entry.step, reverse=True)
    kinds = ("best" if entry in best else "recent" for entry in found)
    return [e._replace(kind=kind) for e, kind in zip(found, kinds, strict=True)]


def _spread(before: list[Kept], step: int) -> list[Kept]:
    """Return those on the way to a step that are far enough from each other.

    As the run grows, so does the distance: each second of them then goes.
    """
    found: list[Kept] = []
    for entry in sorted(before, key=lambda each: each.step):
        if not found or entry.step - found[-1].step >= step / MILESTONES:
            found.append(entry)
    return found


def _best(entries: list[Kept]) -> list[Kept]:
    """Return the one of the lowest validation loss, where one was noted."""
    noted = [(e.loss, e.step, e) for e in entries if e.loss is not None]
    return [min(noted)[2]] if noted else []


def clear(folder: Path, gone: Iterable[str], word: str) -> None:
    """Delete checkpoints that are no longer kept, and what a killed writer left.

    Args:
        folder: Of the run.
        gone: Files that its `run.json` named until now.
        word: That ended the name of the last checkpoint that was begun.

    Raises:
        DocumentError: When one of them is not an ordinary file.
        OSError: When it can't be deleted.
    """
    for file in gone:
        parts.remove(folder, CHECKPOINTS, file)
    if not word:
        return
    left = re.compile(rf"\.?[0-9]{{9,}}-{re.escape(word)}{SUFFIX}(\.[A-Za-z0-9_]+)?")
    for name in parts.listed(folder, CHECKPOINTS):
        if left.fullmatch(name):
            parts.remove(folder, CHECKPOINTS, name)


def discard(folder: Path, *, whole: bool) -> None:
    """Take back a run that could not begin, as far as the disk lets us.

    Args:
        folder: Of the run.
        whole: The folder itself is ours, too.
    """
    with suppress(OSError):
        (folder / account.FILE).unlink(missing_ok=True)
    if whole:
        shutil.rmtree(folder, ignore_errors=True)
