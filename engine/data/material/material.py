"""The rows of a source as a survey looks at them: all columns, bounded in number.

Axes: N rows that were looked at.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import catalog
from engine.data.intake import loading
from engine.data.intake.rows import opened
from engine.data.own import classes
from engine.data.own.choice import Cut, OwnSettings, pairs
from engine.data.readers.reader import Array, Batch, Told
from engine.data.settings import resolve
from engine.data.split import num_held_back
from engine.errors import EngineError
from engine.graph.files import giving_up
from engine.layers.datasets import own
from engine.layers.datasets.own import MISSING, OwnColumn
from engine.layers.datasets.spec import DataPort, DataSpec
from engine.layers.spec import Params

Numbers = np.ndarray[Any, np.dtype[Any]]
MOST_ROWS = 200_000
_MOST_CELLS = 20_000_000
_MOST_BYTES = 400_000_000
"""Of images and sounds that are unpacked."""
_DAY_S = 86_400
HEAD = 200
"""Rows that are shown as words."""
MOST_SHOWN = 64
"""Columns that are shown as words."""
_LONGEST = 60


@dataclass
class Material:
    """What was looked at.

    Args:
        params: Of the data node.
        spec: Its entry in the catalogue.
        columns: Of the source.
        values: Column → numbers with NaN, classes with −1, texts with None, images
            or signals; rows first.
        cells: Column → its first rows as words.
        numbers: Where these rows stand in the file.
        told: How it is read.
        rows: In all.
        is_whole: All rows are here.
        train: Rows of the training part, indices of `values`.
        held: Of the validation part.
        num_held: Characters of it, of a text.
        how: The rows are split, as `SplitFacts.how`.
        cut_by: Column that splits them.
        trouble: Why they are not split.
    """

    params: Params
    spec: DataSpec
    columns: tuple[OwnColumn, ...]
    values: dict[str, Array] = field(default_factory=dict)
    cells: dict[str, list[str]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    told: tuple[Told, ...] = ()
    rows: int = 0
    is_whole: bool = True
    train: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    held: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    num_held: int | None = None
    how: str = "random"
    cut_by: str = ""
    trouble: str = ""

    @property
    def looked_at(self) -> int:
        """Rows whose values are here."""
        return len(next(iter(self.values.values()), ()))

    def of_role(self, *roles: str) -> list[OwnColumn]:
        """Return the columns of some roles whose values are here."""
        return [c for c in self.columns if c.role in roles and c.name in self.values]

    @property
    def target(self) -> OwnColumn | None:
        """The first single value that is to be predicted."""
        found = (c for c in self.of_role("target") if not c.shape)
        return next(found, None)

    def numbers_of(self, column: OwnColumn) -> Numbers:
        """Return a column as numbers with NaN; classes as theirs."""
        made = self.values[column.name].astype(np.float64)
        if column.kind == "category":
            made[made < 0] = np.nan
        return made


def of_own(
    params: Params, spec: DataSpec, rows: int
) -> Generator[float, None, Material]:
    """Read own data as a document tells of it.

    Args:
        params: Of the data node, with whole paths.
        spec: Its entry.
        rows: How many there are.

    Yields:
        How much is done, 0 to 1.

    Raises:
        DataError: At the first row that can't be read.
    """
    columns = own.columns(params)
    made = Material(params, spec, columns, rows=rows)
    try:
        settings = resolve(params)
    except EngineError as error:
        made.trouble = str(error)
        settings = None
    yield from _rows(made)
    if settings is not None and settings.own is not None:
        try:
            _split(made, settings.own, settings.cut)
        except EngineError as error:
            made.trouble = str(error)
    return made


def _rows(made: Material) -> Generator[float, None, None]:
    """Fill in values and cells."""
    source = opened(
        Path(str(made.params["path"])), dict(pairs(made.params)), made.columns
    )
    made.told = source.told
    pieces: dict[str, list[Array]] = {c.name: [] for c in made.columns}
    most = min(MOST_ROWS, max(1000, _MOST_CELLS // max(1, len(made.columns))))
    count = size = 0
    for batch in source.batches(512):
        giving_up.check()
        _show(made, batch)
        for column in made.columns:
            piece = _coded(column, batch.arrays[column.name])
            pieces[column.name].append(piece)
            size += piece.nbytes
        count += len(batch)
        yield batch.share
        if count >= most or size >= _MOST_BYTES:
            made.is_whole = count >= made.rows
            break
    made.values = {n: np.concatenate(p) for n, p in pieces.items() if p}
    made.rows = max(made.rows, count)


def _coded(column: OwnColumn, values: Array) -> Array:
    """Return values as a survey counts them; nothing is refused here."""
    if column.kind == "category":
        found: Numbers = classes.codes(values, column.classes)
        if MISSING in column.classes:
            found[found == -1] = column.classes.index(MISSING)
        return np.where(found < 0, -1, found)
    if column.kind == "date" and values.dtype.kind == "M":
        days = values.astype("datetime64[s]").astype(np.float64) / _DAY_S
        days[np.isnat(values)] = np.nan
        return days
    if column.kind == "number" and values.dtype.kind in "fiub":
        made = values.astype(np.float64)
        return np.where(np.isfinite(made), made, np.nan)
    return values


def _show(made: Material, batch: Batch) -> None:
    """Keep the first rows as words."""
    wanted = HEAD - len(made.numbers)
    if wanted <= 0:
        return
    shown = range(min(wanted, len(batch)))
    made.numbers += [batch.first_row + index for index in shown]
    for column in made.columns[:MOST_SHOWN]:
        if column.shape:
            continue
        words = made.cells.setdefault(column.name, [])
        found = classes.shown(batch.arrays[column.name][: len(shown)])
        words += [each.replace("\n", " ")[:_LONGEST] for each in found]


def _split(made: Material, wanted: OwnSettings, cut: Cut) -> None:
    """Split as a training does; of many rows only by their number."""
    if wanted.sample != "row":
        held = num_held_back(made.looked_at, cut.validation)
        made.train = np.arange(made.looked_at - held)
        made.held = np.arange(made.looked_at - held, made.looked_at)
        made.how = "end"
        if wanted.sample == "text":  # of whose characters only some are here
            made.num_held = num_held_back(made.rows, cut.validation)
        return
    used = wanted.of_role("input", "target", "group", "time", "part")
    arrays: dict[str, Array] = {
        c.name: made.values[c.name] for c in used if c.kind != "text" or cut.together
    }
    for column in (*wanted.of_role("group")[:1], *wanted.of_role("part")[:1]):
        arrays[column.name] = _names(column, made.values[column.name])
    arrays[_ROW] = np.arange(made.looked_at)
    arrays = loading.with_targets(arrays, wanted)
    label = next((c.name for c in wanted.of_role("target") if c.kind == "category"), "")
    arrays = loading.kept_rows(arrays, label, cut)
    rows: Numbers = arrays[_ROW]
    labels = arrays[label] if label else np.zeros(len(rows), np.int64)
    both = loading.split_of(arrays, labels, wanted, cut)
    made.train, made.held = rows[both[0]], rows[both[1]]
    made.how, made.cut_by = _how(wanted, bool(label))


_ROW = "\0row"


def _names(column: OwnColumn, values: Array) -> Array:
    if column.kind != "category":
        return values
    codes: Numbers = values
    made = np.empty(len(values), object)
    made[:] = [column.classes[code] if code >= 0 else None for code in codes]
    return made


def _how(wanted: OwnSettings, has_label: bool) -> tuple[str, str]:
    for role in ("part", "group"):
        if found := wanted.of_role(role):
            return role, found[0].name
    times = wanted.of_role("time")
    if times and all(c.kind in {"date", "number"} for c in times):
        return "time", times[0].name
    return ("stratified" if has_label else "random"), ""


def of_built_in(params: Params, spec: DataSpec) -> Material:
    """Return a built-in set as a survey looks at it, unscaled.

    Raises:
        EngineError: When it can't be loaded.
    """
    plain = {**params, "scaling": "none", "scale_target": False, "label_noise": 0.0}
    data = catalog.load(plain)
    count = data.num_train + data.num_validation
    made = Material(params, spec, (), rows=count)
    columns: list[OwnColumn] = []
    for port in data.ports:
        name = port.port.name
        array = np.concatenate([data.train[name], data.validation[name]])
        role: own.OwnRole = "target" if port.is_target else "input"
        for column, values in _columns_of(name, port, array, role):
            columns.append(column)
            made.values[column.name] = values[:MOST_ROWS]
    made.columns = tuple(columns)
    made.numbers = list(range(1, min(HEAD, count) + 1))
    made.is_whole = count <= MOST_ROWS
    made.cells = _cells(made)
    made.train = np.arange(min(data.num_train, MOST_ROWS))
    made.held = np.arange(min(data.num_train, MOST_ROWS), min(count, MOST_ROWS))
    is_order = spec.family in {"series", "text"}
    has_label = any(c.kind == "category" and c.role == "target" for c in columns)
    made.how = "end" if is_order else "stratified" if has_label else "random"
    return made


def _columns_of(
    name: str, port: DataPort, array: Numbers,
    role: own.OwnRole,
) -> list[tuple[OwnColumn, Array]]:  # fmt: skip
    if port.classes and array.ndim == 1:
        return [(OwnColumn(name, "category", role, port.classes), array)]
    if port.columns and array.ndim == 2:
        return [
            (OwnColumn(words, "number", role), array[:, index].astype(np.float64))
            for index, words in enumerate(port.columns)
        ]
    if array.ndim == 4:
        return [(OwnColumn(name, "image", role, (), array.shape[1:]), array)]
    if array.ndim == 3 or (array.ndim == 2 and array.shape[1] > 16):
        kind: own.OwnKind = "text" if port.port.kind == "int" else "signal"
        return [(OwnColumn(name, kind, role, port.classes, array.shape[1:]), array)]
    flat = array.reshape(len(array), -1).astype(np.float64)
    names = (
        [name] if flat.shape[1] == 1 else [f"{name} {n}" for n in range(flat.shape[1])]
    )
    return [
        (OwnColumn(words, "number", role), flat[:, index])
        for index, words in enumerate(names)
    ]


def _cells(made: Material) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for column in made.columns[:MOST_SHOWN]:
        values: Any = made.values[column.name][:HEAD]
        if column.kind == "category":
            found[column.name] = [column.classes[int(v)] for v in values]
        elif not column.shape:
            found[column.name] = [f"{v:.6g}" for v in values]
    return found
