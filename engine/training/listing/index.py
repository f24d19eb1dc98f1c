"""An index of a folder of runs: each is read once, and again only when it has changed.

It stands in a file beside the runs. Who deletes it loses nothing; what is wrong in it,
because anybody may have written it, is read anew.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.files import atomic_write
from engine.folder import account, parts, sums
from engine.i18n import language
from engine.protocol.past_runs import RunMarks, RunsPart, RunSummary
from engine.training.listing import marks
from engine.training.listing.summary import Reader
from engine.training.records.runs import METRICS

FILE = ".index.json"
PART = 400
"""The most runs in one part."""
PART_S = 0.15
"""A part takes no longer, so that others are answered meanwhile."""
SAVE_EVERY = 1000
"""Runs that are read before what is known of them is written."""
_VERSION = 2
_MAX_BYTES = 256 * 2**20
_WATCHED = (account.FILE, METRICS, marks.FILE)
Key = list[Any]
"""What a summary depends on: sizes and times of files, and the run before."""


class RunIndex:
    """The runs of one folder.

    Args:
        folder: Where runs are kept; it may be missing.

    Threads: one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, tuple[Key, RunSummary | None]] = {}
        self._keys: dict[str, Key] = {}
        self._order: list[str] = []
        self._num_new = 0
        self._load()

    def part(self, start: int) -> RunsPart:
        """Return some runs, the newest first; what is no run is left out.

        Args:
            start: How many of them were handed out; 0 looks into the folder anew.
        """
        if start == 0 or not self._order:
            self._look()
        found: list[RunSummary] = []
        reader, end = Reader(self.folder), time.monotonic() + PART_S
        while start + len(found) < len(self._order) and len(found) < PART:
            run = self._order[start + len(found)]
            summary = self._summary(run, reader)
            if summary is None:
                self._order.remove(run)
            else:
                found.append(summary)
            if time.monotonic() > end:
                break
        if start + len(found) >= len(self._order) or self._num_new >= SAVE_EVERY:
            self._save()
        return RunsPart(str(self.folder), start, tuple(found), len(self._order))

    def again(self, run: str) -> RunSummary | None:
        """Return what a run says now; None when it is none."""
        key = _key(self.folder, run, self._keys.get(run, [""])[-1])
        if key is None:
            return None
        self._keys[run] = key
        return self._summary(run, Reader(self.folder))

    def _look(self) -> None:
        """See which folders there are, and when their files were written."""
        try:
            with os.scandir(self.folder) as entries:
                names = [e.name for e in entries if _may_be_run(e)]
        except OSError:
            names = []
        names.sort()  # they begin with their time
        self._keys = {}
        before = ""
        for name in names:
            key = _key(self.folder, name, before)
            if key is not None:
                self._keys[name], before = key, name
        self._order = [n for n in reversed(self._keys) if not self._is_refused(n)]

    def _is_refused(self, run: str) -> bool:
        """Return whether a folder is known to be no run, and hasn't changed since."""
        return self._known.get(run) == (self._keys[run], None)

    def _summary(self, run: str, reader: Reader) -> RunSummary | None:
        key = self._keys[run]
        known = self._known.get(run)
        if known is not None and known[0] == key:
            return known[1]
        try:
            summary: RunSummary | None = reader.summary(run, key[-1])
        except (EngineError, OSError, ValueError):
            summary = None
        self._known[run] = (key, summary)
        self._num_new += 1
        return summary

    def _load(self) -> None:
        try:
            data = parts.read(self.folder, FILE, max_bytes=_MAX_BYTES)
            found = json.loads(data)
            if found["version"] != _VERSION or found["language"] != language():
                return
            if not sums.is_as_written(found):
                return
            for name, (key, record) in found["runs"].items():
                summary = None if record is None else _read(name, record)
                self._known[name] = (list(key), summary)
        except (OSError, EngineError, ValueError, LookupError, TypeError):
            self._known = {}
        except (AttributeError, RecursionError, MemoryError):
            self._known = {}

    def _save(self) -> None:
        """Write the index, if there is news; a disk that refuses does no harm."""
        if not self._num_new:
            return
        runs = {
            name: [key, None if summary is None else asdict(summary)]
            for name, (key, summary) in self._known.items()
            if name in self._keys
        }
        record = {"version": _VERSION, "language": language(), "runs": runs}
        record = sums.summed(record)
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        try:
            atomic_write(self.folder / FILE, text.encode("utf-8", "replace"))
        except OSError:
            return
        self._num_new = 0


def _may_be_run(entry: "os.DirEntry[str]") -> bool:
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)


def _key(folder: Path, run: str, before: str) -> Key | None:
    """Return what the summary of a run depends on; None without an account."""
    key: Key = []
    for name in _WATCHED:
        try:
            facts = os.stat(f"{folder}/{run}/{name}", follow_symlinks=False)  # noqa: PTH116 - 30,000 of them
        except (OSError, ValueError):
            if name == account.FILE:
                return None
            key.append(0)
        else:
            key += [facts.st_mtime_ns, facts.st_size]
    return [*key, before]


_KINDS: dict[str, type] = {
    **dict.fromkeys(("run", "title", "created", "state", "parent", "goal"), str),
    **dict.fromkeys(("score_kind", "score_title"), str),
    **dict.fromkeys(("score", "loss", "took_s"), float),
    **dict.fromkeys(("is_lower", "is_met"), bool),
    "step": int,
}
_LISTS: dict[str, type] = {"changed": str, "spark": float}


def _read(name: str, record: Mapping[str, Any]) -> RunSummary:
    """Return a summary from its record.

    Raises:
        ValueError: When a field is of another kind.
        LookupError: When one is missing.
    """
    for key, kind in _KINDS.items():
        if type(record[key]) is not kind:
            raise ValueError(key)
    lists: dict[str, Any] = {
        key: _items(record[key], kind) for key, kind in _LISTS.items()
    }
    said = record["marks"]
    known = RunMarks(
        str(said["name"]),
        _items(said["tags"], str),
        said["is_starred"] is True,
        str(said["note"]),
    )
    if record["run"] != name:
        raise ValueError(name)
    values: dict[str, Any] = {key: record[key] for key in _KINDS}
    return RunSummary(**values, **lists, marks=marks.checked(known))


def _items(value: object, kind: type) -> tuple[Any, ...]:
    if not isinstance(value, list) or any(type(item) is not kind for item in value):
        raise ValueError(value)
    return tuple(value)
