"""The newest runs of a folder, one at a time, for who offers a few of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine import plain
from engine.errors import EngineError
from engine.folder import account

_MOST_BYTES = 2 * 2**20
"""A larger account would hold up who reads it."""


class RecentRun(NamedTuple):
    """What a run says of itself.

    Args:
        folder: Of the run.
        name: Of its project.
        state: As of `account`.
        loss: Best validation loss; None where there was no evaluation.
        step: Of its newest weights; 0 without any.
        created: When it began, UTC.
    """

    folder: Path
    name: str
    state: str
    loss: float | None
    step: int
    created: str


def newest(folder: Path, most: int) -> Iterator[RecentRun | None]:
    """Yield the newest runs, one at a time; None for what is none.

    Args:
        folder: Where runs are kept; folders of runs begin with their time, so that
            names sort by it.
        most: Folders that are looked at.
    """
    try:
        names = sorted((each.name for each in folder.iterdir()), reverse=True)
    except OSError:
        return
    shown = [name for name in names if not name.startswith(".")]
    yield from (_read(folder / name) for name in shown[:most])


def _read(folder: Path) -> RecentRun | None:
    try:
        if (folder / account.FILE).stat().st_size > _MOST_BYTES:
            return None
        info = account.read(folder)
    except (OSError, ValueError, EngineError):
        return None
    last = account.newest(info)
    best = [kept.loss for kept in account.kept(info) if kept.loss is not None]
    name, created = str(info.get("name") or folder.name), str(info.get("created", ""))
    step = last.step if last else 0
    loss = min(best, default=None)
    return RecentRun(folder, plain.name(name), str(info["state"]), loss, step, created)
