"""A run whose disk fails: room to say how it ended, made whole again, or moved."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError
from engine.files import atomic_write
from engine.folder import account
from engine.folder.account import CHECKPOINTS
from engine.training.records import disk
from engine.training.records.runs import Run

_RESERVE = ".reserve"
_MOVED = ("log.txt", "metrics.sqlite", "metrics.sqlite-wal", "views.bin")


def reserve(run: Run) -> None:
    """Keep room on the disk for `finish`."""
    path = run.folder / _RESERVE
    if not path.exists():
        atomic_write(path, bytes(2 * len(json.dumps(run.info)) + 2**12))


def finish(run: Run, state: str) -> None:
    """Note how a run ended, on a full disk in the room that was reserved.

    Raises:
        OSError: When not even that is possible.
    """
    path = run.folder / _RESERVE
    try:
        run.update(state=state)
    except OSError:
        path.unlink(missing_ok=True)
        run.update(state=state)
    path.unlink(missing_ok=True)


def restore(run: Run) -> None:
    """Make a folder whole again that the disk has failed, and open it anew.

    Raises:
        OSError: When the disk still refuses.
    """
    with suppress(EngineError):
        run.close()
    run.folder.mkdir(parents=True, exist_ok=True)
    reserve(run)
    run.update()


def move(run: Run, parent: Path) -> None:
    """Let a run go on in another folder; what can be read of the old comes along.

    Args:
        run: It keeps its name.
        parent: Where runs are kept.

    Raises:
        TrainingError: When no run can be kept there; nothing has changed then.
    """
    with suppress(EngineError):
        run.close()
    old, new = run.folder, parent / run.folder.name
    weights = [f"{CHECKPOINTS}/{each.file}" for each in account.kept(run.info)]
    try:
        (new / CHECKPOINTS).mkdir(parents=True)
        for name in (*_MOVED, *weights):
            with suppress(OSError):
                shutil.copyfile(old / name, new / name, follow_symlinks=False)
        run.folder = new
        restore(run)
    except OSError as error:
        run.folder = old
        raise disk.refusal(error, parent) from error
