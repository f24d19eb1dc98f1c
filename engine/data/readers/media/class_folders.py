"""Folders whose names are the classes of the files in them, as rows of words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.readers.listing import Entry, entries
from engine.data.readers.reader import BATCH_ROWS, Batch, Column, Place, Role, Told
from engine.i18n import tr

LABEL, FILE, PART, GROUP = "label", "file", "part", "group"
_TAIL = re.compile(r"[\d_\-. ()]*$")
_LEAST_GROUPS = 2


@dataclass(frozen=True)
class Rows:
    """What is known of each file without opening it: class, name, group, part."""

    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    files: Sequence[Entry]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all files."""
        make = {LABEL: lambda e: e.label, FILE: lambda e: e.word,
                PART: lambda e: e.part or None, GROUP: group_of}  # fmt: skip
        for start in range(0, len(self.files), rows):
            some = self.files[start : start + rows]
            arrays = {}
            for column in self.columns:
                arrays[column.name] = np.empty(len(some), object)
                arrays[column.name][:] = [make[column.name](each) for each in some]
            share = (start + len(some)) / len(self.files)
            yield Batch(arrays, start + 1, share)


def rows_of(folder: Path, endings: frozenset[str]) -> Rows:
    """Return the files of some kinds below a folder.

    Raises:
        DataError: When there are none, or a folder alone has them all.
    """
    every = list(entries(folder))
    files = [entry for entry in every if entry.ending in endings]
    if not files:
        raise Place(folder).refuse(
            tr("The folder has no such files"), expected=", ".join(sorted(endings))
        )
    labels = Counter(entry.label for entry in files)
    others = len(every) - len(files)
    told = [Told(tr("files"), f"{len(files):,}")]
    if others:
        told.append(Told(tr("other files, passed over"), f"{others:,}"))
    columns = [Column(FILE, "text", (), "id")]
    if set(labels) != {""}:
        _check_all_have(folder, files)
        classes = tuple(sorted(labels, key=_by_number))
        columns.insert(0, Column(LABEL, "text", (), "target", classes=classes))
    if any(entry.part for entry in files):
        columns.append(Column(PART, "text", (), "part"))
    if role := _role_of_groups(files):
        columns.append(Column(GROUP, "text", (), role))
    return Rows(tuple(columns), tuple(told), files)


def _check_all_have(folder: Path, files: Sequence[Entry]) -> None:
    """Refuse a folder where some files stand beside the folders of the classes."""
    stray = next((entry for entry in files if not entry.label), None)
    if stray is not None:
        raise Place(folder / stray.word).refuse(
            tr("This file stands in no folder of a class"),
            expected=tr("every file in the folder of its class"),
            fix=tr("Put it into one, or take it away."),
        )


def _by_number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() and len(name) < 18 else 10**18, name)


def group_of(entry: Entry) -> str:
    """Return the beginning of a file's name, without what counts: `ann` of `ann_7`."""
    stem = entry.names[-1].rpartition(".")[0] or entry.names[-1]
    return _TAIL.sub("", stem)


def _role_of_groups(files: Sequence[Entry]) -> Role | None:
    """Return `group` where names begin with who or what a file is of.

    So it is where there are a few beginnings, each in several classes: then one person
    stands in both parts unless the split keeps the files of each together.
    """
    groups: dict[str, set[str]] = {}
    for entry in files:
        groups.setdefault(group_of(entry), set()).add(entry.label)
    is_few = _LEAST_GROUPS < len(groups) <= max(_LEAST_GROUPS, len(files) // 5)
    if "" in groups or not is_few:
        return None
    in_several = sum(len(labels) > 1 for labels in groups.values())
    return "group" if in_several == len(groups) else None
