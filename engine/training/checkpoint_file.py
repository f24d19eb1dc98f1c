"""Tensors and their JSON state in one safetensors file, guarded by a SHA-256."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import TrainingError
from engine.files import atomic_file
from engine.i18n import tr
from engine.training import tensor_file

Tensors = tensor_file.Tensors
VERSION = 1


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


def size_of(tensors: Tensors, state: Mapping[str, Any]) -> int:
    """Return the bytes that a checkpoint will have."""
    return tensor_file.size_of(tensors, _metadata(state))


def _metadata(state: Mapping[str, Any]) -> dict[str, str]:
    return {"version": str(VERSION), "state": json.dumps(state)}


def read(path: Path, digest: str) -> tuple[Tensors, dict[str, Any]]:
    """Return tensors and state of a checkpoint, in memory of their own alone.

    Raises:
        TrainingError: When the file is missing or is not the one that was written.
    """
    try:
        found = tensor_file.read(path)
        state = json.loads(found.metadata["state"])
    except OSError as error:
        raise missing(path) from error
    except (ValueError, LookupError, RecursionError) as error:
        raise _damaged(path, tr("a file that we wrote"), str(error)) from error
    if found.sha256 != digest:
        raise _damaged(path, f"SHA-256 {digest[:12]}…", f"{found.sha256[:12]}…")
    return found.tensors, state


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
