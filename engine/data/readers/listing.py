"""The files below a folder that somebody chose; links in it are never followed.

The folder itself may be a link. What is inside must be there itself, as in
`engine.folder`.
"""

import errno
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.data.readers.reader import Place
from engine.files import read_regular
from engine.graph.files import giving_up
from engine.i18n import tr

MOST_FILES = 1_000_000
MOST_BYTES = 2**28
"""Of a single image or sound."""
_DEEPEST = 6
_LOOKED_AT = 2000
_PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test",
          "val": "validation", "valid": "validation", "validation": "validation",
          "dev": "validation"}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A file below the folder.

    Args:
        names: Of the folders around it, and its own.
        size: In bytes.
        mtime_ns: When it was changed.
    """

    names: tuple[str, ...]
    size: int
    mtime_ns: int

    @property
    def word(self) -> str:
        """Its path from the folder on, as a file says it."""
        return "/".join(self.names)

    @property
    def ending(self) -> str:
        """Its suffix in small letters."""
        return os.path.splitext(self.names[-1])[1].lower()  # noqa: PTH122

    @property
    def label(self) -> str:
        """The folder that it stands in; empty in the folder itself."""
        return self.names[-2] if len(self.names) > 1 else ""

    @property
    def part(self) -> str:
        """`train`, `validation` or `test`, where a folder around is called so."""
        found = (_PARTS.get(name.casefold(), "") for name in self.names[:-2])
        return next(filter(None, found), "")


def entries(folder: Path) -> Iterator[Entry]:
    """Yield the ordinary files below a folder, in the order of their names.

    Hidden ones, links, pipes, sockets and devices are passed over.

    Raises:
        DataError: When it can't be read, or holds too many files.
    """
    for count, entry in enumerate(_below(folder, ())):
        if count >= MOST_FILES:
            raise Place(folder).refuse(
                tr("The folder has too many files"), expected=f"≤ {MOST_FILES:,}"
            )
        yield entry


def _below(folder: Path, names: tuple[str, ...]) -> Iterator[Entry]:
    giving_up.check()
    for each in _sorted(folder.joinpath(*names)):
        giving_up.check()
        if each.name.startswith((".", "__MACOSX")) or each.is_symlink():
            continue
        if each.is_dir(follow_symlinks=False):
            if len(names) < _DEEPEST:
                yield from _below(folder, (*names, each.name))
        elif each.is_file(follow_symlinks=False):
            facts = each.stat(follow_symlinks=False)
            yield Entry((*names, each.name), facts.st_size, facts.st_mtime_ns)


def _sorted(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda each: _natural(each.name))
    except OSError as error:
        raise Place(folder).refuse(
            tr("The folder can't be read"), got=error.strerror
        ) from error


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which `img2` comes before `img10`."""
    pieces: list[tuple[int, str]] = []
    digits = ""
    for letter in name + "\0":
        if "0" <= letter <= "9":
            digits += letter
            continue
        if digits:
            pieces.append((len(digits.lstrip("0")), digits.lstrip("0")))
            digits = ""
        pieces.append((0, letter))
    return tuple(pieces)


def endings(folder: Path) -> Mapping[str, int]:
    """Return how often each ending occurs among the first files below a folder."""
    found: Counter[str] = Counter()
    for count, entry in enumerate(entries(folder)):
        found[entry.ending] += 1
        if count >= _LOOKED_AT:
            break
    return dict(found.most_common())


def content(folder: Path, entry: Entry, most: int = MOST_BYTES) -> bytes:
    """Return what stands in a file below the folder.

    Raises:
        DataError: When it can't be read, is no ordinary file any more or too large.
    """
    place = Place(folder / entry.word)
    try:
        _check_way(folder, entry)
        return read_regular(folder.joinpath(*entry.names), most)
    except OSError as error:
        raise place.refuse(tr("The file can't be read"), got=error.strerror) from error


def _check_way(folder: Path, entry: Entry) -> None:
    """Refuse a way that leads through a link: it may lead out of the folder."""
    for depth in range(1, len(entry.names) + 1):
        if folder.joinpath(*entry.names[:depth]).is_symlink():
            raise OSError(errno.ELOOP, tr("a link, which may lead anywhere"))
