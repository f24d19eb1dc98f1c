"""Names and shapes of the weights in a file, from its header alone.

Files of weights and the checkpoints of runs tell them without being loaded. No tensor
is read.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from engine.compile.shape_text import Shape
from engine.errors import EngineError
from engine.files import opened_regular
from engine.folder import account, parts
from engine.pretrained import names
from engine.pretrained.gguf import is_gguf
from engine.pretrained.model import open_model
from engine.pretrained.torch_files import state
from engine.pretrained.torch_files.machine import Refused

MAX_BYTES = 16 * 2**20
"""Of a header: that of a network with 100,000 tensors has 10 MiB."""
_LENGTH = 8
_PARTS = ("model/", "average/")
"""Before the names of weights in a checkpoint; the mean goes before."""


class Entry(NamedTuple):
    """What a header says of one tensor.

    Args:
        shape: Its sizes.
        is_float: Whether it holds real numbers.
        kind: The kind of its numbers, as the file calls it.
    """

    shape: Shape
    is_float: bool
    kind: str = ""


Header = Mapping[str, Entry]


def header_of(path: Path) -> Header | None:
    """Return the tensors of a file or a run by name; None where that is unknown.

    Args:
        path: Of a file of weights or of the folder of a run.

    Threads: any; it reads from the disk, so none that a person waits for.
    """
    try:
        if path.is_dir():
            return _of_run(path)
        return _read(path.parent, path.name, *_version(path))
    except (OSError, ValueError, EngineError, Refused):
        return None


def _of_run(folder: Path) -> Header | None:
    """Return the weights of the newest checkpoint of a run."""
    told = parts.facts(folder, account.FILE)
    if told is None:
        return None
    name = _checkpoint_of(folder, told.st_size, told.st_mtime_ns)
    file = parts.facts(folder, account.CHECKPOINTS, name)
    if file is None:
        return None
    return _weights_of(folder, name, file.st_size, file.st_mtime_ns)


def _version(path: Path) -> tuple[int, int]:
    """Return size and time of a file, by which what was read of it is remembered."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(path)
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=64)
def _checkpoint_of(folder: Path, _size: int, _mtime_ns: int) -> str:
    """Return the name of the newest checkpoint of a run."""
    newest = account.newest(account.read(folder))
    if newest is None:
        raise ValueError(folder)
    return newest.file


@lru_cache(maxsize=64)
def _weights_of(folder: Path, name: str, size: int, _mtime_ns: int) -> Header | None:
    """Return the weights of a checkpoint by the names that a document gives them."""
    with parts.opened(folder, account.CHECKPOINTS, name) as handle:
        header = _header(handle, size) or {}
    found = {
        name.removeprefix(part): entry
        for part in _PARTS
        for name, entry in header.items()
        if name.startswith(part)
    }
    return found or None


@lru_cache(maxsize=64)
def _read(folder: Path, name: str, size: int, _mtime_ns: int) -> Header | None:
    """Return what the header of a file says; None for one that holds no weights."""
    if is_gguf(folder / name):
        stored = open_model(folder / name).stored
        return {ours: Entry(e.shape, True, e.quant.name) for ours, e in stored.items()}
    if state.is_torch(folder / name):
        found = state.head(folder / name)
        return _with_ours(
            {key: Entry(e.shape, e.is_float, e.kind) for key, e in found.items()}
        )
    with opened_regular(folder / name) as handle:
        return _with_ours(_header(handle, size))


def _with_ours(header: Header | None) -> Header | None:
    """Return a header that tells tensors of a Llama by others by our names, too."""
    if header is None or not names.is_llama(header):
        return header
    more = {ours: e for name, e in header.items() for ours in names.ours(name)}
    return {**header, **more}


def _header(handle: int, size: int) -> Header | None:
    """Return what an open file says of its tensors; None when it is no safetensors."""
    with os.fdopen(handle, "rb", closefd=False) as file:
        text = header_text(file, size)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return dict(_entries(found)) or None if isinstance(found, dict) else None


def header_text(file: BinaryIO, size: int) -> bytes | None:
    """Return the header of a safetensors file; None when it can't be one.

    Args:
        file: Open at its beginning.
        size: Of the file in bytes.
    """
    length = int.from_bytes(file.read(_LENGTH), "little")
    if length > min(MAX_BYTES, size - _LENGTH):
        return None
    text = file.read(length)
    return text if text.startswith(b"{") else None


def _entries(record: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Yield the tensors of a header; what is none is passed over."""
    for name, value in record.items():
        if name == "__metadata__" or not isinstance(value, dict):
            continue
        shape, kind = value.get("shape"), value.get("dtype")
        if not isinstance(shape, list) or not isinstance(kind, str):
            continue
        if all(type(size) is int and size >= 0 for size in shape):
            yield name, Entry(tuple(shape), kind.startswith(("F", "BF")), kind[:20])
