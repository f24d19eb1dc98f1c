"""Tensors and their JSON state in one safetensors file, guarded by a SHA-256."""

import hashlib
import json
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from engine.errors import TrainingError
from engine.files import atomic_write
from engine.i18n import tr

Tensors = dict[str, Tensor]
VERSION = 1


def write(path: Path, tensors: Tensors, state: dict[str, Any]) -> str:
    """Write a checkpoint and return its SHA-256 in hex.

    Args:
        path: The target; its folder must exist.
        tensors: On the processor, contiguous, not sharing memory.
        state: What JSON can hold.
    """
    metadata = {"version": str(VERSION), "state": json.dumps(state)}
    data = safetensors.torch.save(tensors, metadata)
    atomic_write(path, data)
    return hashlib.sha256(data).hexdigest()


def read(path: Path, digest: str) -> tuple[Tensors, dict[str, Any]]:
    """Return tensors and state of a checkpoint.

    Raises:
        TrainingError: When the file is missing or is not the one that was written.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise missing(path) from error
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise _damaged(path, f"SHA-256 {digest[:12]}…", f"{found[:12]}…")
    try:
        tensors = safetensors.torch.load(data)
        size = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + size])["__metadata__"]
        return tensors, json.loads(metadata["state"])
    except (SafetensorError, ValueError, LookupError, RecursionError) as error:
        raise _damaged(path, tr("a file that we wrote"), str(error)) from error


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
