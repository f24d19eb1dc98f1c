"""CIFAR in its binary version: one byte of label (or two), then red, green and blue.

A folder of `data_batch_1.bin` … is read as one set; names of the classes come from
`batches.meta.txt` beside them. The version for Python is a pickle and refused.

Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.readers.reader import (
    BATCH_ROWS,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
    chosen,
)
from engine.files import opened_regular, read_regular
from engine.i18n import tr
from engine.layers.spec import Params

_PIXELS = 3 * 32 * 32
_NUM_CLASSES = {1: 10, 2: 100}
_NAMES = {1: "batches.meta.txt", 2: "fine_label_names.txt"}
_MOST_ROWS = 1024


@dataclass(frozen=True)
class _Set:
    """Files of rows of the same length.

    Args:
        files: Each with its number of rows.
        labels: Bytes before the pixels; the last of them is the class.
    """

    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    files: tuple[tuple[Path, int], ...]
    labels: int
    names: tuple[str, ...]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows of all files."""
        total, done = sum(count for _, count in self.files), 0
        for path, count in self.files:
            with opened_regular(path) as handle:
                for start in range(0, count, min(rows, _MOST_ROWS)):
                    size = min(rows, _MOST_ROWS, count - start)
                    data = os.read(handle, size * (_PIXELS + self.labels))
                    block = np.frombuffer(data, np.uint8).reshape(size, -1)
                    self._check(block, path, start)
                    done += size
                    arrays = {
                        "image": block[:, self.labels :].reshape(-1, 3, 32, 32),
                        "label": np.array(self.names, object)[
                            block[:, self.labels - 1]
                        ],
                    }
                    yield Batch(arrays, done - size + 1, done / total)

    def _check(self, block: "np.ndarray", path: Path, start: int) -> None:
        labels = block[:, self.labels - 1]
        bad = np.flatnonzero(labels >= len(self.names))
        if len(bad):
            raise Place(path, start + int(bad[0]) + 1, "label").refuse(
                tr("There is no such class"),
                expected=tr("numbers under {count}", count=len(self.names)),
                got=int(labels[bad[0]]),
                fix=tr("Choose another version (10 or 100 classes), or another file."),
            )


def _open(path: Path, params: Params, _kinds: Kinds) -> _Set:
    paths = _batches(path) if path.is_dir() else [path]
    if not paths:
        raise Place(path).refuse(
            tr("The folder has no files"), expected="data_batch_1.bin"
        )
    version = params["version"]
    labels = 2 if version == "100" or _is_of_100(path, version) else 1
    counts = [_count(each, labels) for each in paths]
    folder = path if path.is_dir() else path.parent
    names = _names(folder, labels)
    columns = (
        Column("image", "image", (3, 32, 32), "input"),
        Column("label", "text", (), "target", classes=names),
    )
    told = (
        Told(tr("classes"), str(_NUM_CLASSES[labels])),
        Told(tr("files"), ", ".join(each.name for each in paths)),
    )
    files = tuple(zip(paths, counts, strict=True))
    return _Set(columns, told, files, labels, names)


def _batches(folder: Path) -> list[Path]:
    """Return the files that train, or else all there are."""
    every = sorted(path for path in folder.iterdir() if path.suffix == ".bin")
    training = [path for path in every if "test" not in path.name]
    return training or every


def _is_of_100(path: Path, version: object) -> bool:
    """Return whether there is a name of the other version beside a file."""
    folder = path if path.is_dir() else path.parent
    return version is None and (folder / _NAMES[2]).exists()


def _count(path: Path, labels: int) -> int:
    place, row = Place(path), _PIXELS + labels
    try:
        with opened_regular(path) as handle:
            size = os.fstat(handle).st_size
    except OSError as error:
        raise place.refuse(tr("The file can't be read"), got=error.strerror) from error
    if not size or size % row:
        raise place.refuse(
            tr("The file is no whole number of CIFAR images"),
            expected=tr("{n:byte|bytes} for each", n=row),
            got=tr("{n:byte|bytes}", n=f"{size:,}"),
            fix=tr("Fetch the file again, or choose another reader."),
        )
    return size // row


def _names(folder: Path, labels: int) -> tuple[str, ...]:
    count = _NUM_CLASSES[labels]
    try:
        text = read_regular(folder / _NAMES[labels], 2**16).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    is_fitting = len(names) == len(set(names)) == count
    return names if is_fitting else tuple(map(str, range(count)))


def _takes(endings: Mapping[str, int]) -> bool:
    return next(iter(endings), "") == ".bin"


READER = Reader(
    id="cifar",
    title="CIFAR (.bin)",
    suffixes=(".bin",),
    recognises=lambda head: len(head) > _PIXELS and b"\0" in head and head[0] < 100,
    open=_open,
    settings=(chosen("version", "Version", "10 or 100 classes.", ("10", "100")),),
    needs_suffix=True,
    takes=_takes,
)
