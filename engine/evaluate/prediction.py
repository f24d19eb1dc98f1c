"""A trained network's answers for the rows of a file: one line of CSV each.

Inputs are found by name: columns of a table by the names of the set's features, arrays
of a .npz file by the names of the ports. They go through the steps that were fitted on
the training part of the run. Of own data, another file or folder of the same kind.
Beside each answer stands its row, and what the row is called: a file, a number, a time.

Axes: N rows, F features.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine import plain
from engine.data import catalog
from engine.data.catalog import Dataset
from engine.data.intake import inputs
from engine.data.readers.reader import BATCH_ROWS, Array, Batch, Place, Source
from engine.data.readers.table import open_source
from engine.data.scaling import Scaling
from engine.errors import TrainingError, did_you_mean
from engine.evaluate.answers import Examination, examinations
from engine.evaluate.judging import MOST_CLASSES
from engine.evaluate.subject import Subject
from engine.evaluate.untrained import Untrained
from engine.files import atomic_file
from engine.i18n import tr
from engine.layers.datasets.spec import DataPort
from engine.training.evaluation.evaluation import BATCH_SIZE
from engine.training.views.node import quietly

_LISTED, _SHOWN = 3, 6


@dataclass(frozen=True)
class Predicted:
    """What was written.

    Args:
        rows: Of the file.
        unanswered: Of these, rows where a value is missing: their answer is empty.
    """

    rows: int
    unanswered: int


@dataclass(frozen=True)
class _Feed:
    """An input of the network, and the columns of a file that bring it.

    Args:
        name: Of the feed.
        port: Of its data set.
        columns: Names in the file: one of the port's shape, or one per feature; none
            of own data, which is prepared as it was.
        scale: Brings raw values into the units that the network was trained in.
    """

    name: str
    port: DataPort
    columns: tuple[str, ...]
    scale: Scaling | None

    def raw(self, batch: Batch) -> Array:
        """Return values (N, *shape) as they stand in the file."""
        parts = [batch.arrays[name] for name in self.columns]
        whole = parts[0] if len(parts) == 1 else np.stack(parts, axis=1)
        return whole.reshape(len(batch), *self.port.shape)

    def tensor(self, raw: Array) -> Tensor:
        """Return values as the network reads them."""
        if self.port.port.kind == "int":
            return torch.from_numpy(raw.astype(np.int64))
        scaled = self.scale.apply(raw) if self.scale else raw
        return torch.from_numpy(np.ascontiguousarray(scaled, np.float32))


class Predictor:
    """Answers rows with the weights of a run.

    Args:
        subject: The run.
        path: Of the loss whose input is the answer; empty means the first one.

    Raises:
        TrainingError: When the run has no such answer.

    Attributes:
        asked: Makes answers of what the network puts out.
        columns: Of the answers; known with the first one.

    Threads: the training thread alone.
    """

    def __init__(self, subject: Subject | Untrained, path: str = "") -> None:
        found = examinations(subject.parts)
        if (path and path not in found) or not found:
            raise TrainingError(
                tr("The run has no such answer"),
                where=subject.place,
                expected=", ".join(found) or tr("a loss that compares with data"),
                got=path or None,
                fix=did_you_mean(path, found) if path else "",
            )
        self.asked: Examination = found[path or next(iter(found))]
        self._subject, self._program = subject, subject.parts.program
        self.columns: tuple[str, ...] = ()

    def predict(self, file: Path, out: Path) -> Predicted:
        """Answer all rows of a file; `out` is written whole or not at all.

        Raises:
            DataError: When the file can't be read or brings other inputs; names
                row and column.
            OSError: When `out` can't be written.
        """
        feeds, pieces = self._inputs(file)
        rows = unanswered = 0
        waiting: list[list[object]] = []
        begun, names = False, tuple[str, ...]()
        with atomic_file(out) as target, self._subject.parts.averaged.in_place():
            text = io.TextIOWrapper(target, "utf-8", newline="")
            lines = csv.writer(text)
            for piece in pieces:
                told, missing = self._answered(piece, feeds, file)
                names, known = tuple(piece.names), [*piece.names.values()]
                beside = zip(piece.rows.tolist(), *known, strict=True)
                both = zip(beside, told, strict=True)
                waiting += [plain.cells((*where, *line)) for where, line in both]
                rows, unanswered = rows + len(told), unanswered + missing
                if self.columns:  # known with the first answer
                    lines.writerows([] if begun else [_head(names, self.columns)])
                    lines.writerows(waiting)
                    waiting, begun = [], True
            lines.writerows(waiting if begun else [_head(names, ()), *waiting])
            text.flush()
            text.detach()
        return Predicted(rows, unanswered)

    def _inputs(self, file: Path) -> tuple[list[_Feed], Iterator[inputs.Piece]]:
        """Return what the network reads, and the rows of a file that bring it."""
        sets = self._sets()
        data = next(iter(sets.values()))
        own, context = data.settings.own, data.settings.context
        if own is not None and all(each is data for each in sets.values()):
            feeds = [_feed(name, data, ()) for name in sets]
            return feeds, inputs.pieces(own, context, data.preparation, file)
        source = open_source(file)
        feeds = []
        for name, data in sets.items():
            port = _port(data, name)
            feeds.append(_feed(name, data, _columns(source, port, file)))
        return feeds, _named(source, feeds)

    def _sets(self) -> dict[str, Dataset]:
        """Return feed → the data set that brings it."""
        cone = self.asked.network
        assert cone is not None
        found = {}
        for name in cone.feed_names:
            path, _, _ = name.rpartition(".")
            node = self._program.node(path)
            if node.type != "data":
                raise TrainingError(
                    tr("The network needs noise: its answers are no predictions"),
                    where=path,
                )
            found[name] = catalog.load(node.params)
        return found

    def _answered(
        self, piece: inputs.Piece, feeds: list[_Feed], file: Path
    ) -> tuple[list[tuple[str, ...]], int]:
        """Return the cells of each row, and how many rows have no answer."""
        given, place = piece.ports, Place(file, int(piece.rows[0]))
        names = [feed.port.port.name for feed in feeds]
        if not set(names) <= set(given):
            raise place.refuse(
                tr("The file doesn't bring what the network reads"),
                expected=", ".join(names),
                got=", ".join(given),
                fix=tr("Answer a table that names such files, or try it with the rest "
                       "given by hand."),
            )  # fmt: skip
        raws = [given[name] for name in names]
        whole = np.ones(len(raws[0]), bool)
        for feed, raw in zip(feeds, raws, strict=True):
            _check_range(feed, raw, place)
            if np.issubdtype(raw.dtype, np.floating):
                whole &= np.isfinite(raw.reshape(len(raw), -1)).all(1)
        found: list[tuple[str, ...]] = []
        if whole.any():
            parts = [raw[whole] for raw in raws]
            found = self._cells(self._run(feeds, parts), int(whole.sum()))
        cells = iter(found)
        lines = [next(cells) if is_whole else () for is_whole in whole]
        return lines, int((~whole).sum())

    def _cells(self, answers: Array, rows: int) -> list[tuple[str, ...]]:
        if not self.asked.chooses:
            return self._numbers(answers)
        return self._choices(answers, rows)

    def answers(self, given: Mapping[str, Array]) -> Array:
        """Return the answers for samples: shares (N·P, C), or numbers (N, D).

        Args:
            given: Port → values as they stand in a file, samples first.
        """
        feeds = [_feed(name, data, ()) for name, data in self._sets().items()]
        with self._subject.parts.averaged.in_place():
            return self._run(feeds, [given[feed.port.port.name] for feed in feeds])

    def inputs(self) -> dict[str, tuple[Dataset, DataPort]]:
        """Return what brings each port that the network reads, and the port."""
        found = self._sets().items()
        ports = {name: (data, _port(data, name)) for name, data in found}
        return {port.port.name: (data, port) for data, port in ports.values()}

    def _run(self, feeds: list[_Feed], raws: list[Array]) -> Array:
        """Return shares or numbers for raw values of each feed."""
        rows = len(raws[0])
        tensors = {f.name: f.tensor(r) for f, r in zip(feeds, raws, strict=True)}
        cone = self.asked.network
        assert cone is not None
        found = []
        for start in range(0, rows, BATCH_SIZE):
            part = {n: t[start : start + BATCH_SIZE] for n, t in tensors.items()}
            with quietly(self._program, part, half=False):
                found.append(self.asked.answers(cone.run(part)))
        answers: Array = np.concatenate(found)
        return answers

    def _numbers(self, answers: Array) -> list[tuple[str, ...]]:
        names = self.asked.target_names(answers.shape[1])
        self.columns = names
        return [tuple(f"{value:.9g}" for value in row) for row in answers]

    def _choices(self, shares: Array, rows: int) -> list[tuple[str, ...]]:
        """Return the class, its share and all shares; a cell for each place."""
        places, count = len(shares) // rows, shares.shape[1]
        names = self.asked.names(count)
        chosen = shares.argmax(1)
        if places > 1:
            self.columns = tuple(f"answer {place + 1}" for place in range(places))
            words = np.array(names, object)[chosen].reshape(rows, places)
            return [tuple(map(str, row)) for row in words]
        listed = range(count if count <= MOST_CLASSES else 0)
        self.columns = ("answer", "share", *(f"share of {names[n]}" for n in listed))
        return [
            (names[one], f"{row[one]:.9g}", *(f"{row[n]:.9g}" for n in listed))
            for one, row in zip(chosen, shares, strict=True)
        ]


def _port(data: Dataset, name: str) -> DataPort:
    port_name = name.rpartition(".")[2]
    return next(each for each in data.ports if each.port.name == port_name)


def _feed(name: str, data: Dataset, columns: tuple[str, ...]) -> _Feed:
    port = _port(data, name)
    return _Feed(name, port, columns, data.scaling.get(port.port.name))


def _head(names: Sequence[str], answers: Sequence[str]) -> list[object]:
    """Return the first line; a column that is called like an answer gets a mark."""
    taken = {"row", *answers}
    own = (f"{n}_" if n in taken else n for n in names)
    return plain.cells(("row", *own, *answers))


def _named(source: Source, feeds: list[_Feed]) -> Iterator[inputs.Piece]:
    """Yield the rows of a source whose columns bear the names of what is read."""
    for batch in source.batches(BATCH_ROWS):
        raws = {feed.port.port.name: feed.raw(batch) for feed in feeds}
        first = batch.first_row
        yield inputs.Piece(np.arange(first, first + len(batch)), raws)


def _columns(source: Source, port: DataPort, file: Path) -> tuple[str, ...]:
    """Return the columns of a file that bring an input.

    Raises:
        DataError: Names those that are missing.
    """
    own = {column.name: column for column in source.columns}
    name = port.port.name
    if name in own and own[name].shape == port.shape and own[name].kind == "number":
        return (name,)
    wanted = port.columns or (name,)
    bad = [each for each in wanted if each not in own or own[each].kind != "number"]
    if not bad and (len(wanted),) == (port.shape or (1,)):
        return wanted
    if bad and port.columns:
        listed = ", ".join(f"“{each}”" for each in bad[:_LISTED])
        more = "" if len(bad) <= _LISTED else " …"
        expected = tr("columns of numbers: {names}", names=listed + more)
    else:
        shape = "×".join(map(str, port.shape)) or "1"
        expected = tr("numbers “{name}” of {shape} a row", name=name, shape=shape)
    raise Place(file).refuse(
        tr("The file doesn't bring what the network reads"),
        expected=expected,
        got=", ".join(list(own)[:_SHOWN]) + (" …" if len(own) > _SHOWN else ""),
        fix=did_you_mean(bad[0], own) if bad and port.columns else "",
    )


def _check_range(feed: _Feed, raw: Array, place: Place) -> None:
    """Refuse numbers that stand for no class or token.

    Raises:
        DataError: Names the row.
    """
    if feed.port.port.kind != "int" or not feed.port.classes:
        return
    rows = raw.reshape(len(raw), -1).astype(np.float64)
    most = len(feed.port.classes) - 1
    with np.errstate(invalid="ignore"):
        inside = (rows >= 0) & (rows <= most) & (rows == np.floor(rows))
    bad = np.argwhere(~(inside | np.isnan(rows)))
    if len(bad):
        row, at = (int(index) for index in bad[0])
        name = feed.columns[0] if feed.columns else feed.port.port.name
        raise Place(place.path, place.row + row, name).refuse(
            tr("There is no such class or token"),
            expected=tr("whole numbers from 0 to {n}", n=most),
            got=rows[row, at],
        )
