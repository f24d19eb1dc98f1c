"""The ZIP archive of a state dict: its pickle, and where the numbers stand.

Nothing is unpacked: torch stores all parts as they are, and whatever is packed, lies
over another part or outside the file is refused by the archive's directory.

Source: APPNOTE.TXT of PKWARE; torch.serialization of PyTorch
"""

import zipfile
from typing import BinaryIO

from engine.graph.files import giving_up
from engine.i18n import tr
from engine.pretrained.torch_files.machine import MOST_PARTS, Refused

MAGIC = b"PK\x03\x04"
_MAX_DIRECTORY_BYTES = 32 * 2**20
_MAX_PICKLE_BYTES = 4 * 2**20
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_BYTES = 2**16 + 200
_LOCAL_BYTES = 30
_ENCRYPTED = 1

Places = dict[str, tuple[int, int]]
"""Key of a storage → where its bytes begin in the file, and how many they are."""


def parts(file: BinaryIO, size: int) -> tuple[bytes, Places]:
    """Return the pickle of an archive, and where its storages are.

    Args:
        file: Open at any place; it is left at any.
        size: Of the file in bytes.

    Raises:
        Refused: When torch hasn't written it.
        ValueError: When it is damaged. So BadZipFile, LookupError, RuntimeError,
            OSError and NotImplementedError.
    """
    length, entries = directory(file, size)
    if length > _MAX_DIRECTORY_BYTES or entries > MOST_PARTS:
        raise Refused(tr("more than {n} tensors", n=MOST_PARTS))
    archive = zipfile.ZipFile(file)
    found = archive.infolist()
    before, pickle = _pickle(found)
    places = _places(file, found, archive.start_dir)
    order = next((e for e in found if e.filename == f"{before}byteorder"), None)
    if order and (order.file_size > _LOCAL_BYTES or archive.read(order) != b"little"):
        raise Refused(tr("numbers in the byte order of another processor"))
    data = f"{before}data/"
    inside = {
        name.removeprefix(data): place
        for name, place in places.items()
        if name.startswith(data)
    }
    return archive.read(pickle), inside


def directory(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return size and number of entries of the directory, before it is read.

    Raises:
        BadZipFile: When there is none.
    """
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


def _pickle(found: list[zipfile.ZipInfo]) -> tuple[str, zipfile.ZipInfo]:
    """Return what stands before the names of all parts, and the pickle's entry."""
    names = [entry.filename for entry in found]
    if len(set(names)) < len(names):
        raise Refused(tr("two parts of the same name"))
    if any({"", ".", ".."} & set(n.split("/")) or "\\" in n for n in names):
        raise Refused(tr("a part whose name leads out of the archive"))
    pickles = [entry for entry in found if entry.filename.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Refused(tr("an archive without tensors"))
    (pickle,) = pickles
    before = pickle.filename.removesuffix("data.pkl")
    if any(name.startswith((f"{before}code/", f"{before}constants")) for name in names):
        raise Refused(tr("a program (TorchScript): save its state_dict"))
    if pickle.file_size > _MAX_PICKLE_BYTES:
        raise Refused(tr("more than {n} tensors", n=MOST_PARTS))
    return before, pickle


def _places(file: BinaryIO, found: list[zipfile.ZipInfo], end: int) -> Places:
    """Return where the bytes of each part begin: stored as they are, and apart."""
    places, last = {}, 0
    for number, entry in enumerate(sorted(found, key=lambda each: each.header_offset)):
        if not number % 1024:
            giving_up.check()
        packed = entry.compress_type != zipfile.ZIP_STORED
        if packed or entry.file_size != entry.compress_size:
            raise Refused(tr("parts that are packed: torch stores them as they are"))
        if entry.flag_bits & _ENCRYPTED:
            raise Refused(tr("parts that are encrypted"))
        start = entry.header_offset + _local_bytes(file, entry)
        if entry.header_offset < last or start + entry.file_size > end:
            raise Refused(tr("parts that lie over each other"))
        last = start + entry.file_size
        places[entry.filename] = (start, entry.file_size)
    return places


def _local_bytes(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Return the bytes in front of a part, as they themselves say."""
    file.seek(entry.header_offset)
    local = file.read(_LOCAL_BYTES)
    name, extra = _number(local, 26, 2), _number(local, 28, 2)
    called = file.read(name)
    if not local.startswith(MAGIC) or called != entry.orig_filename.encode():
        raise zipfile.BadZipFile
    return _LOCAL_BYTES + name + extra
