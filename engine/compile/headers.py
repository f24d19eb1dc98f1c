"""Names and shapes of the weights in a file, from its header alone.

Only safetensors files and the checkpoints of runs tell them without being loaded; of
any other file nothing is known before training. No tensor is read.
"""

import json
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from engine.compile.words import Shape

MAX_BYTES = 16 * 2**20
"""Of a header: that of a network with 100,000 tensors has 10 MiB."""
_MAX_RUN_BYTES = 256 * 2**20
_LENGTH = 8
_PARTS = ("model/", "average/")
"""Before the names of weights in a checkpoint; the mean goes before."""


class Entry(NamedTuple):
    """What a header says of one tensor."""

    shape: Shape
    is_float: bool


Header = Mapping[str, Entry]


def header_of(path: Path) -> Header | None:
    """Return the tensors of a file or a run by name; None where that is unknown.

    Args:
        path: Of a safetensors file or of the folder of a run.

    Threads: any; it reads from the disk, so none that a person waits for.
    """
    try:
        if not path.is_dir():
            return _read(path, *_version(path))
        run = path / "run.json"
        name = _checkpoint_of(run, *_version(run))
        file = path / "checkpoints" / name
        return _weights_of(file, *_version(file))
    except (OSError, ValueError):
        return None


def _version(path: Path) -> tuple[int, int]:
    """Return size and time of a file, by which what was read of it is remembered."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(path)
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=64)
def _checkpoint_of(path: Path, size: int, _mtime_ns: int) -> str:
    """Return the name of the newest checkpoint of a run."""
    entry = _parsed(path, 0, min(size, _MAX_RUN_BYTES)).get("checkpoint")
    name = entry.get("file") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not Path(name).name:
        raise ValueError(path)
    return Path(name).name


@lru_cache(maxsize=64)
def _weights_of(path: Path, size: int, mtime_ns: int) -> Header | None:
    """Return the weights of a checkpoint by the names that a document gives them."""
    header = _read(path, size, mtime_ns) or {}
    found = {
        name.removeprefix(part): entry
        for part in _PARTS
        for name, entry in header.items()
        if name.startswith(part)
    }
    return found or None


@lru_cache(maxsize=64)
def _read(path: Path, size: int, _mtime_ns: int) -> Header | None:
    """Return what the header of a safetensors file says; None for another file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
    if length > min(MAX_BYTES, size - _LENGTH):
        return None
    return dict(_entries(_parsed(path, _LENGTH, length))) or None


def _parsed(path: Path, start: int, length: int) -> dict[str, Any]:
    """Return the JSON object at a place in a file, an empty one for anything else."""
    with path.open("rb") as file:
        file.seek(start)
        text = file.read(length)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _entries(record: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Yield the tensors of a header; what is none is passed over."""
    for name, value in record.items():
        if name == "__metadata__" or not isinstance(value, dict):
            continue
        shape, kind = value.get("shape"), value.get("dtype")
        if not isinstance(shape, list) or not isinstance(kind, str):
            continue
        if all(type(size) is int and size >= 0 for size in shape):
            yield name, Entry(tuple(shape), kind.startswith(("F", "BF")))
