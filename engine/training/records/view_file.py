"""The views of a run in one file beside its curves, thinned, and read with mistrust.

A record is its length, a sum over it, and the view as it crosses between processes.
What comes after the first record that is not whole is left out: a crash loses no more.
"""

import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeGuard

import numpy as np

from engine.errors import EngineError
from engine.files import atomic_write
from engine.folder import parts
from engine.layers import registry
from engine.protocol.messages import View
from engine.protocol.tracing import inside
from engine.protocol.wire import encoding

FILE = "views.bin"
MOST_BYTES = 48 * 2**20
"""Of a run's views; then only the newest is added, once for each of them."""
_LARGEST_BYTES, _ROOM = 8 * 2**20, 2
_FIRST_S, _EACH = 1.0, 64
"""Least seconds between two of a node; twice as many after each so many."""
_HEAD = struct.Struct("<II")
_MOST_NODES, _MOST_PATH = 256, 2000
_MOST_WORDS, _MOST_LETTERS = 100_000, 1_000_000
"""Of a file; and of one view: more would keep the window from answering."""


class ViewFile:
    """Keeps the views of a run to look back at; a disk that refuses ends that alone.

    Args:
        folder: Of the run.
        clock: Seconds; another one in tests.

    Threads: one.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._clock = folder, clock
        self._file: BinaryIO | None = None
        self._is_off = False
        self._size = 0
        self._next: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._newest: dict[str, View] = {}

    def add(self, views: Iterable[View]) -> None:
        """Keep those whose turn it is; the newest of each is kept at the end."""
        for view in views:
            self._newest[view.node] = view
            if self._clock() >= self._next.get(view.node, 0.0):
                self._keep(view, MOST_BYTES)

    def close(self) -> None:
        """Keep the newest of each, and close the file; nothing is kept after."""
        for view in list(self._newest.values()):
            self._keep(view, _ROOM * MOST_BYTES)
        self._is_off = True
        if self._file is not None:
            with suppress(OSError):  # it may try again what the disk has refused
                self._file.close()
            self._file = None

    def _keep(self, view: View, most: int) -> None:
        record = packed(view)
        if self._is_off or self._size + len(record) > most:
            return
        try:
            if self._file is None:
                self._begin(view.step)
            assert self._file is not None
            self._file.write(record)
            self._file.flush()
        except (OSError, EngineError):  # nothing that is trained depends on it
            self._is_off = True
            return
        self._size += len(record)
        node = view.node
        self._newest.pop(node, None)
        count = self._counts[node] = self._counts.get(node, 0) + 1
        self._next[node] = self._clock() + _FIRST_S * 2 ** (count // _EACH)

    def _begin(self, step: int) -> None:
        """Take over what was kept before a step, in a file of our own."""
        known = [view for view in read(self._folder) if view.step < step]
        whole = b"".join(map(packed, known))
        path = self._folder / FILE
        atomic_write(path, whole)
        self._file = path.open("ab")
        self._size = len(whole)


def packed(view: View) -> bytes:
    """Return the record of a view."""
    data = encoding.encode(view)
    return _HEAD.pack(len(data), zlib.crc32(data)) + data


def read(folder: Path) -> list[View]:
    """Return the views of a run in order; its folder is only read.

    Threads: any.
    """
    try:
        if parts.facts(folder, FILE) is None:
            return []
        data = parts.read(folder, FILE, max_bytes=_ROOM * MOST_BYTES)
    except (OSError, EngineError):
        return []
    return [*_unpacked(data)]


def _unpacked(data: bytes) -> Iterator[View]:
    place = 0
    last: dict[str, int] = {}
    while place + _HEAD.size <= len(data):
        size, total = _HEAD.unpack_from(data, place)
        start = place + _HEAD.size
        record = data[start : start + size]
        if size > _LARGEST_BYTES or len(record) < size or zlib.crc32(record) != total:
            return
        try:
            view = encoding.decode(record)
        except (encoding.WireError, ValueError, TypeError, LookupError):
            return
        if not _is_sound(view) or view.step < last.get(view.node, 0):
            return
        last[view.node] = view.step
        if len(last) > _MOST_NODES:
            return
        yield view
        place = start + size


def _is_sound(view: object) -> TypeGuard[View]:
    """Return whether this is a view with what its fields say that they hold."""
    if not isinstance(view, View) or type(view.step) is not int:
        return False
    if not (type(view.node) is type(view.kind) is str and 0 <= view.step < 2**53):
        return False
    is_look = view.kind in inside.KINDS and view.node == inside.node_of(view.kind)
    is_view = registry.has(view.kind) and registry.get(view.kind).category == "view"
    return (
        (is_look or (is_view and not inside.is_inside(view.node)))
        and len(view.node) <= _MOST_PATH
        and all(isinstance(each, dict) for each in (view.arrays, view.words))
        and all(isinstance(each, np.ndarray) for each in view.arrays.values())
        and all(type(each) is tuple for each in view.words.values())
        and _are_words([word for each in view.words.values() for word in each])
    )


def _are_words(words: list[object]) -> bool:
    letters = sum(len(word) for word in words if isinstance(word, str))
    is_text = all(type(word) is str for word in words)
    return is_text and len(words) <= _MOST_WORDS and letters <= _MOST_LETTERS
