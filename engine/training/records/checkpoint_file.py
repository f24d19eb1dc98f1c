"""Tensors and their JSON state in one safetensors file, guarded by a SHA-256."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.advice.checks.free_memory import main_memory
from engine.errors import EngineError, TrainingError
from engine.files import atomic_file
from engine.folder import parts
from engine.folder.account import CHECKPOINTS, Kept
from engine.i18n import tr
from engine.training.records import tensor_file

Tensors = tensor_file.Tensors
VERSION = 1
_ODD = (ValueError, LookupError, TypeError, RecursionError)


def write(path: Path, tensors: Tensors, state: dict[str, Any]) -> str:
    """Write a checkpoint tensor by tensor and return its SHA-256 in hex.

    Args:
        path: The target; its folder must exist.
        tensors: On any device; when they are `Lent`, they are read once.
        state: What JSON can hold.

    Raises:
        OSError: When the disk refuses; nothing is left behind then.
    """
    with atomic_file(path) as file:
        return tensor_file.write(file, tensors, _metadata(state))


def _metadata(state: Mapping[str, Any]) -> dict[str, str]:
    return {"version": str(VERSION), "state": json.dumps(state)}


def read(folder: Path, entry: Kept) -> tuple[Tensors, dict[str, Any]]:
    """Return tensors and state of a checkpoint, in memory of their own alone.

    Args:
        folder: Of the run.
        entry: What its `run.json` says of the file.

    Raises:
        EngineError: When the file is missing or is not the one that was written.
    """
    path = folder / CHECKPOINTS / entry.file
    try:
        with parts.opened(folder, CHECKPOINTS, entry.file) as handle:
            _check_size(path, os.fstat(handle).st_size, entry)
            with os.fdopen(handle, "rb", closefd=False) as file:
                found = tensor_file.read_open(file)
        state = json.loads(found.metadata["state"])
    except OSError as error:
        raise missing(path) from error
    except MemoryError as error:
        raise _damaged(path, tr("what the memory holds"), tr("more")) from error
    except _ODD as error:
        raise _damaged(path, tr("a file that we wrote"), tr("other bytes")) from error
    if found.sha256 != entry.sha256:
        raise _damaged(path, f"SHA-256 {entry.sha256[:12]}…", f"{found.sha256[:12]}…")
    if not isinstance(state, dict) or state.get("step") != entry.step:
        raise _damaged(path, tr("step {step}", step=entry.step), tr("another step"))
    return found.tensors, state


def _check_size(path: Path, size: int, entry: Kept) -> None:
    """Refuse a file that is not as large as it was, or larger than the memory."""
    most = main_memory().total or size
    if size > most or (entry.size and size != entry.size):
        words = tr("{n:byte|bytes}", n=entry.size or f"≤ {most}")
        raise _damaged(path, words, tr("{n:byte|bytes}", n=size))


class DamagedCheckpointError(TrainingError):
    """A checkpoint can't be read; an earlier one may be whole.

    Args:
        error: Why it can't.
        damaged: Which one it is.
        earlier: The latest one that is whole, or None.

    Attributes:
        earlier: Step of that one, −1 without one.
    """

    def __init__(self, error: EngineError, damaged: Kept, earlier: Kept | None) -> None:
        self.earlier = earlier.step if earlier else -1
        fix = error.fix
        if earlier:
            fix = tr(
                "The checkpoint of step {step} is whole: go on from there.",
                step=earlier.step,
            )
        super().__init__(
            f"{tr('Step {step}', step=damaged.step)}: {error.what}",
            where=error.where,
            expected=error.expected,
            got=error.got,
            fix=fix,
        )


def _damaged(path: Path, expected: str, got: str) -> TrainingError:
    return TrainingError(
        tr("The checkpoint is damaged"),
        where=str(path),
        expected=expected,
        got=got,
        fix=tr("Restore the file from a backup, or train again."),
    )


def missing(path: Path) -> TrainingError:
    """Return the error for a checkpoint that is not there."""
    return TrainingError(
        tr("There is no checkpoint"),
        where=str(path),
        fix=tr("Train for a while, or resume the run from its start."),
    )


def part(tensors: Tensors, prefix: str) -> Tensors:
    """Return the tensors under `prefix/`, by the rest of their name."""
    start = f"{prefix}/"
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }


def under(prefix: str, tensors: Tensors) -> Tensors:
    """Return the tensors with `prefix/` before their names."""
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}
