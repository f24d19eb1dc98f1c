"""State dicts of torch (`.pt`), looked into before torch reads them.

Such a file is a ZIP archive with a pickle inside. torch builds nothing but tensors out
of it, but it unpacks whatever it is told to: what would grow beyond its size, or asks
for anything but tensors and dictionaries, is refused by the archive's directory and by
the words of the pickle, of which none is executed.
"""

import pickletools
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from engine.i18n import tr

MAGIC = b"PK\x03\x04"
MOST_TENSORS = 40_000
_MOST_PARTS = 20_000
"""Of an archive, which is read part by part."""
_MAX_DIRECTORY_BYTES = 32 * 2**20
_MAX_PICKLE_BYTES = 4 * 2**20
_MOST_WORDS = 700_000
"""Of a pickle: a tensor takes about 30."""
_MOST_GROWTH, _ALWAYS_BYTES = 4, 16 * 2**20
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_BYTES = 2**16 + 200
_NAMES = re.compile(
    r"torch\._utils _rebuild_(tensor_v2|parameter)|collections OrderedDict"
    r"|torch (\w+Storage|Size)|torch\.storage (Untyped|Typed)Storage"
)
_ODD_TENSORS = {
    "_rebuild_tensor_v3": "numbers of a kind such as uint16 or float8",
    "_rebuild_qtensor": "quantized numbers",
    "_rebuild_sparse_tensor": "sparse tensors",
    "_rebuild_meta_tensor_no_storage": "tensors without numbers (device meta)",
}
"""What torch calls to build tensors that are no weights here → what they are."""
_FORBIDDEN = frozenset({"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1"})


def complaint(file: BinaryIO, size: int) -> str:
    """Return why an archive is no state dict that can be read, or nothing.

    Args:
        file: Open at any place; it is left at any.
        size: Of the file in bytes.
    """
    try:
        return next(_complaints(file, size), "")
    except _ODD:
        return tr("a damaged archive")


_ODD = (
    zipfile.BadZipFile,
    NotImplementedError,
    LookupError,
    ValueError,
    RuntimeError,
    OSError,
)


def _complaints(file: BinaryIO, size: int) -> Iterator[str]:
    directory, entries = _directory(file, size)
    if directory > _MAX_DIRECTORY_BYTES or entries > _MOST_PARTS:
        yield tr("more than {n} tensors", n=_MOST_PARTS)
        return
    archive = zipfile.ZipFile(file)
    found = archive.infolist()
    total = sum(entry.file_size for entry in found)
    if total > max(_ALWAYS_BYTES, _MOST_GROWTH * size):
        yield tr("{n} MB once it is unpacked", n=total // 2**20)
    if len({entry.filename for entry in found}) < len(found):
        yield tr("two parts of the same name")
    pickles = [entry for entry in found if entry.filename.endswith("/data.pkl")]
    if len(pickles) != 1:
        yield tr("an archive without tensors")
    elif pickles[0].file_size > _MAX_PICKLE_BYTES:
        yield tr("more than {n} tensors", n=_MOST_PARTS)
    else:
        yield from _odd_words(archive.read(pickles[0]))


def _directory(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return size and number of entries of the directory, before it is read."""
    file.seek(max(0, size - _END_BYTES))
    tail = file.read(_END_BYTES)
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile
    large = tail.rfind(_END_64, 0, end)
    if large >= 0:
        return _number(tail, large + 40, 8), _number(tail, large + 32, 8)
    return _number(tail, end + 12, 4), _number(tail, end + 10, 2)


def _number(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "little")


def _odd_words(data: bytes) -> Iterator[str]:
    """Yield what a pickle asks for that no state dict needs; nothing is executed."""
    for number, (operation, argument, _) in enumerate(pickletools.genops(data)):
        if number == _MOST_WORDS:
            yield tr("more than {n} tensors", n=_MOST_PARTS)
        elif operation.name == "GLOBAL" and not _NAMES.fullmatch(str(argument)):
            yield _called(str(argument))
        elif operation.name in _FORBIDDEN:
            yield tr("more than tensors")


def _called(name: str) -> str:
    """Return what is wrong with something that a pickle asks for by name."""
    module, _, function = name.partition(" ")
    if module == "torch._utils" and function in _ODD_TENSORS:
        return tr(_ODD_TENSORS[function])
    return tr("more than tensors: {name}", name=name[:80])
