"""The SHA-256 of a file or folder: whether data is still what was read.

Of a folder it is that of names, sizes and contents of all files in it.
"""

import hashlib
import os
from collections.abc import Generator
from pathlib import Path

from engine.data.readers.listing import Entry, content, entries
from engine.data.readers.reader import Place
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.places import is_folder

_CHUNK = 2**22


def sha256(path: Path) -> str:
    """Return the SHA-256 of what is at a path; known again while nothing changes.

    Raises:
        DataError: When it can't be read.
    """
    reading = hashed(path)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            return str(end.value)


def hashed(path: Path) -> Generator[float, None, str]:
    """Read a file or folder whole, and return its SHA-256.

    Yields:
        How much is done, 0 to 1.

    Raises:
        DataError: When it can't be read.
    """
    if is_folder(path):
        every = list(entries(path))
        key = tuple((e.names, e.size, e.mtime_ns) for e in every)
        return (yield from _folder(path, every, hash(key)))
    try:
        facts = path.stat()
        known = (str(path.resolve()), facts.st_size, facts.st_mtime_ns, facts.st_ino)
        if found := _KNOWN.get(known):
            return found
        digest = hashlib.sha256()
        with opened_regular(path) as handle:
            while chunk := os.read(handle, _CHUNK):
                giving_up.check()
                digest.update(chunk)
                yield min(1.0, os.lseek(handle, 0, os.SEEK_CUR) / max(1, facts.st_size))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Place(path).refuse(tr("The file can't be read"), got=reason) from error
    return _remember(known, digest.hexdigest())


def _folder(path: Path, every: list[Entry], key: int) -> Generator[float, None, str]:
    known = (str(path.resolve()), len(every), key, 0)
    if found := _KNOWN.get(known):
        return found
    digest = hashlib.sha256()
    for index, entry in enumerate(every):
        giving_up.check()
        digest.update(f"{entry.word}\0{entry.size}\0".encode("utf-8", "replace"))
        digest.update(hashlib.sha256(content(path, entry, 2**34)).digest())
        yield (index + 1) / len(every)
    return _remember(known, digest.hexdigest())


_Key = tuple[str, int, int, int]
_KNOWN: dict[_Key, str] = {}
_MOST_KNOWN = 256


def _remember(key: _Key, digest: str) -> str:
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[key] = digest
    return digest
