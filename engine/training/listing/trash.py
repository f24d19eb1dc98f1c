"""Runs that were deleted, kept in a folder beside the others until somebody empties it.

A run is moved as it is, in one step; nothing in it is looked at or followed.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from engine.errors import DocumentError, EngineError
from engine.i18n import tr
from engine.protocol.past_runs import RunsMoved

FOLDER = ".trash"
_NAME = re.compile(r"[^./\\:][^/\\:]{0,250}")
"""Of a folder beside others: no path, nothing hidden."""


def discard(folder: Path, runs: Iterable[str], busy: str = "") -> RunsMoved:
    """Move runs into the trash.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders.
        busy: Folder of the run that trains; it stays.

    Raises:
        DocumentError: When the trash is no folder of its own.
    """
    own_trash(folder).mkdir(exist_ok=True)
    return _moved(folder, runs, busy, discarded=True)


def restore(folder: Path, runs: Iterable[str]) -> RunsMoved:
    """Move runs back out of the trash; one whose name is taken stays there.

    Raises:
        DocumentError: When the trash is no folder of its own.
    """
    own_trash(folder)
    return _moved(folder, runs, "", discarded=False)


def own_trash(folder: Path) -> Path:
    """Return where what was deleted is kept.

    Raises:
        DocumentError: When that is a link: nothing may be moved through it.
    """
    trash = folder / FOLDER
    if trash.is_symlink():
        words = tr("The trash of this folder leads elsewhere")
        raise DocumentError(words, got=str(trash))
    return trash


def path_of(folder: Path, run: str) -> Path:
    """Return where a run is.

    Args:
        folder: Where runs are kept.
        run: Name of its folder.

    Raises:
        DocumentError: When that is no name of a folder.
    """
    if not _NAME.fullmatch(run):
        raise DocumentError(tr("This is no run of this folder"), got=run)
    return folder / run


def _moved(
    folder: Path, runs: Iterable[str], busy: str, *, discarded: bool
) -> RunsMoved:
    moved, refused = [], ""
    for run in runs:
        try:
            _move(folder, run, busy, discarded=discarded)
        except (EngineError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            refused = tr("“{run}” stays: {reason}", run=run, reason=reason)
        else:
            moved.append(run)
    return RunsMoved(str(folder), tuple(moved), discarded, refused)


def _move(folder: Path, run: str, busy: str, *, discarded: bool) -> None:
    there, trash = path_of(folder, run), folder / FOLDER / run
    if busy and there.resolve() == Path(busy).resolve():
        raise DocumentError(tr("it is being trained"), fix=tr("Stop it first."))
    source, target = (there, trash) if discarded else (trash, there)
    if os.path.lexists(target):
        raise DocumentError(tr("there already is something of this name"))
    source.rename(target)
