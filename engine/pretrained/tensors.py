"""Safetensors: names, sizes and places of the tensors, from the head of the file.

Source: the safetensors format, huggingface/safetensors
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.files import opened_regular
from engine.i18n import tr
from engine.pretrained.gguf import Stored, unreadable
from engine.pretrained.quants import QUANTS

_LENGTH = 8
_MOST_HEAD_BYTES = 2**24
_MOST_TENSORS, _MOST_AXES = 40_000, 8
_KINDS = {"F32": QUANTS[0], "F16": QUANTS[1], "BF16": QUANTS[30]}


def head(path: Path) -> dict[str, Stored]:
    """Return the tensors of a file by name; none is read.

    Raises:
        DataError: When it is no safetensors file, or a damaged one.
    """
    try:
        with opened_regular(path) as handle:
            size = os.fstat(handle).st_size
            length = int.from_bytes(os.read(handle, _LENGTH), "little")
            if length > min(_MOST_HEAD_BYTES, size - _LENGTH):
                raise _damaged(path, tr("its head is longer than the file"))
            text = os.read(handle, length)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        record = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, tr("its head is no JSON")) from error
    if not isinstance(record, dict) or len(record) > _MOST_TENSORS:
        raise _damaged(path, tr("too many tensors"))
    found = dict(_entries(path, record, _LENGTH + length, size))
    ends = 0
    for each in sorted(found.values(), key=lambda one: one.offset):
        if each.offset < ends:
            raise _damaged(path, tr("“{name}” begins at an odd place", name=each.name))
        ends = each.offset + each.num_bytes
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON in which no name stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(len(pairs))
    return found


def _entries(
    path: Path, record: Mapping[str, Any], start: int, size: int
) -> Iterator[tuple[str, Stored]]:
    for name, entry in record.items():
        if name == "__metadata__":
            continue
        match entry:
            case {"dtype": str(kind), "shape": [*sizes], "data_offsets": [a, b]}:
                pass
            case _:
                raise _damaged(path, tr("“{name}” has no shape", name=name))
        if kind not in _KINDS:
            raise DataError(
                tr("“{name}” holds numbers of a kind that isn't read here", name=name),
                where=path.name,
                expected=", ".join(_KINDS),
                got=kind[:20],
            )
        is_odd = not all(type(n) is int and n > 0 for n in sizes)
        if is_odd or len(sizes) > _MOST_AXES:
            raise _damaged(path, tr("“{name}” has an odd shape", name=name))
        length = _KINDS[kind].num_bytes(math.prod(sizes))
        is_there = type(a) is int and type(b) is int and a >= 0 and b - a == length
        if not is_there or start + b > size:
            raise _damaged(path, tr("“{name}” begins at an odd place", name=name))
        yield name, Stored(name, tuple(sizes), _KINDS[kind], start + a, length)


def _damaged(path: Path, what: str) -> DataError:
    return DataError(
        tr("This safetensors file can't be read: {what}", what=what),
        where=path.name,
        fix=tr("Download it again, or choose another file."),
    )
