"""The format of PyTorch before 1.6: pickles one behind the other, then the numbers.

    magic · version · what the writer's machine was · the state dict · keys of storages
    for each key: count, numbers

Source: torch.serialization of PyTorch, `_legacy_load`
"""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from engine.i18n import tr
from engine.pretrained.torch_files.archive import Places
from engine.pretrained.torch_files.machine import Refused, Storage, value_of

MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
_VERSION = 1001
_MAX_HEAD_BYTES = 8 * 2**20
_COUNT_BYTES = 8


def parts(file: BinaryIO, size: int) -> tuple[Any, Places]:
    """Return what the pickle of the state dict says, and where the storages are.

    Args:
        file: Open at its beginning; it is left at any place.
        size: Of the file in bytes.

    Raises:
        Refused: When torch hasn't written it, or on another kind of processor.
        ValueError: When it is damaged. So LookupError, TypeError and OSError.
    """
    head = io.BytesIO(file.read(_MAX_HEAD_BYTES))
    head.seek(len(MAGIC))
    if value_of(head) != _VERSION:
        raise Refused(tr("a version that isn't known here"))
    machine = value_of(head)
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise Refused(tr("numbers in the byte order of another processor"))
    storages: dict[str, Storage] = {}
    found = value_of(head, storages)
    keys = value_of(head)
    if not isinstance(keys, list) or set(keys) != set(storages):
        raise ValueError
    return found, dict(_places(file, head.tell(), size, [storages[k] for k in keys]))


def _places(
    file: BinaryIO, at: int, size: int, storages: list[Storage]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield where the numbers of each storage stand, one behind the other."""
    for storage in storages:
        file.seek(at)
        count = int.from_bytes(file.read(_COUNT_BYTES), "little")
        at += _COUNT_BYTES
        if count != storage.count or at + storage.num_bytes > size:
            raise ValueError
        yield storage.key, (at, storage.num_bytes)
        at += storage.num_bytes
