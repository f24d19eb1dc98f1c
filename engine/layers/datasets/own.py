"""Data of one's own: a file or folder, as a data node of a document names it.

What was found in it (columns, roles, classes, shapes, how many rows) stands in the
document, so that ports and shapes are known without opening anything; the SHA-256 of
the content says whether it is still the same. Nothing here imports numpy or torch.

Axes: N samples, F features, K targets, T places of a window or text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from engine.errors import ConfigError
from engine.i18n import tr
from engine.layers.datasets.spec import (
    CONTEXT,
    OWN,
    DataPort,
    DataSpec,
    Family,
    Task,
    floats,
    num_tokens,
    numbered,
    target,
)
from engine.layers.spec import Param, Params, Port, Value

OwnKind = Literal["number", "category", "text", "date", "image", "signal"]
OwnRole = Literal["input", "target", "group", "time", "part", "id", "ignore"]
Sample = Literal["row", "window", "text"]
KINDS, ROLES = get_args(OwnKind), get_args(OwnRole)
MISSING = "(missing)"
"""Class of the cells of a category that have no value, where there are such."""
WINDOW, TEXT = 24, 64
"""Length of a window of a series, and of a text, when nothing is chosen."""
_NO_ID = re.compile(r"[^a-z0-9_]+")

PARAMS = (
    Param("path", "text", "", "File or folder",
          "Where your own data is, counted from the project's folder."),
    Param("sample", "choice", None, "A sample is",
          "A row; or a window of rows in order of time, with what comes after it; or a "
          "piece of a text. Automatic is what the data speaks for.",
          choices=("row", "window", "text"), optional=True),
    Param("reading", "table", (), "How it is read",
          "Settings of the reader: name and value of each."),
    Param("columns", "table", (), "Columns",
          "Name, kind and role of each column; then its classes, or its shape."),
    Param("steps", "table", (), "Preparation",
          "Column, step and its setting: impute, log, standardise, min_max, one_hot."),
    Param("rows", "int", 0, "Rows", "How many there were when the data was read.",
          min=0, max=2**40),
    Param("fitted", "table", (), "Fitted steps",
          "What a run has fitted on its training part; without it all is fitted anew."),
    Param("corrections", "table", (), "Corrections",
          "Number of a sample in the file, from 0, and its label; without one it is "
          "left out."),
    Param("together", "bool", False, "Equal rows together",
          "Rows whose inputs are the same, or nearly so, are in the same part when the "
          "split is drawn."),
    Param("fold", "table", (), "Fold",
          "A pair: of how many folds which one validates, instead of the split."),
    Param("sha256", "text", "", "Content",
          "SHA-256 of the data when it was read; empty lets it change."),
)  # fmt: skip
"""Parameters of a data node that only data of one's own uses."""


@dataclass(frozen=True)
class OwnColumn:
    """One column, as a document has it.

    Args:
        name: As in the file.
        kind: `category` has classes, `text` tokens; `image` and `signal` a shape.
        role: What it is for; `part` says which rows train: those with “train”.
        classes: Of a category, or the tokens of a text.
        shape: Of one value; empty for a single one.
    """

    name: str
    kind: OwnKind
    role: OwnRole
    classes: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()

    @property
    def value(self) -> Value:
        """As it stands in the document."""
        more = self.classes or self.shape
        return (self.name, self.kind, self.role, *((more,) if more else ()))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the numbers that it brings to a row of features."""
        if self.kind != "category":
            return (self.name,)
        if len(self.classes) == 2:
            return (f"{self.name}={self.classes[1]}",)
        return tuple(f"{self.name}={each}" for each in self.classes)

    @property
    def is_feature(self) -> bool:
        """Whether it is a part of the port `features`."""
        is_plain = self.kind in {"number", "category", "date"} and not self.shape
        return self.role == "input" and is_plain


def columns(params: Params) -> tuple[OwnColumn, ...]:
    """Return the columns that a document names.

    Raises:
        ConfigError: When what stands there is none.
    """
    rows = params.get("columns") or ()
    assert isinstance(rows, tuple)
    found = tuple(_column(row) for row in rows)
    names = [column.name for column in found]
    if len(set(names)) < len(names):
        raise ConfigError(
            tr("Two columns have the same name"),
            expected=tr("a name of its own for each"),
            got=next(name for name in names if names.count(name) > 1),
        )
    return found


def _column(row: Value) -> OwnColumn:
    is_row = isinstance(row, tuple) and len(row) in {3, 4}
    if is_row and isinstance(row, tuple):
        name, kind, role = row[:3]
        more = row[3] if len(row) == 4 else ()
        fits = isinstance(name, str) and kind in KINDS and role in ROLES
        if fits and isinstance(more, tuple):
            words = tuple(each for each in more if isinstance(each, str))
            sizes = tuple(each for each in more if _is_size(each))
            if len(words or sizes) == len(more):
                return OwnColumn(str(name), cast("OwnKind", kind),
                                 cast("OwnRole", role), words,
                                 cast("tuple[int, ...]", sizes))  # fmt: skip
    raise ConfigError(
        tr("This is no column of a data set"),
        expected='["name", "number", "input"]',
        got=str(row)[:80],
        fix=tr("Read the file again."),
    )


def _is_size(value: Value) -> bool:
    return type(value) is int and 0 < value <= 2**31


def is_own(params: Params) -> bool:
    """Return whether a data node brings data of one's own."""
    return params.get("source") == OWN


def sample_of(params: Params) -> Sample:
    """Return what a sample is; `row` where nothing was found out yet."""
    return cast("Sample", params.get("sample") or "row")


def spec_of(params: Params) -> DataSpec:
    """Return what the catalogue would say of this data.

    It has no ports before it was read, or while its columns are none.
    """
    sample = sample_of(params)
    try:
        found = columns(params)
    except ConfigError:
        found = ()  # told where the file is looked at
    ports = layout(found, sample, numbered(num_tokens(params)))
    count = params.get("rows")
    return DataSpec(
        id=OWN,
        title=_title(params),
        task=_task(ports, sample),
        family=_family(found, sample),
        help=tr("Data of your own."),
        source=str(params.get("path") or ""),
        licence="",
        num_samples=count if isinstance(count, int) and count > 1 else 2,
        layout=ports,
        scaling="unit" if _family(found, sample) == "images" else "standardise",
        context=_context(ports, sample),
    )


def layout(
    found: Sequence[OwnColumn], sample: Sample, tokens: tuple[str, ...] = ()
) -> tuple[DataPort, ...]:
    """Return the ports of such columns; `CONTEXT` stands for the length.

    Args:
        found: The columns.
        sample: What a sample is.
        tokens: Of a model, that a text is read in; without them its own.
    """
    if sample == "text":
        return tuple(_of_text(found, tokens))
    return tuple((_of_windows if sample == "window" else _of_rows)(found))


def _title(params: Params) -> str:
    path = str(params.get("path") or "").replace("\\", "/").rstrip("/")
    return path.rpartition("/")[2] or tr("Own data")


def _context(layout: Sequence[DataPort], sample: Sample) -> int:
    has_context = any(CONTEXT in port.shape for port in layout)
    return (WINDOW if sample == "window" else TEXT) if has_context else 0


def _task(layout: Sequence[DataPort], sample: Sample) -> Task:
    if sample == "text":
        return "language"
    if any(port.is_label for port in layout):
        return "classification"
    is_told = any(port.is_target for port in layout)
    return "regression" if is_told else "density"


def _family(found: Sequence[OwnColumn], sample: Sample) -> Family:
    if sample != "row":
        return "series" if sample == "window" else "text"
    is_image = any(c.kind == "image" and c.role == "input" for c in found)
    return "images" if is_image else "tabular"


def _of_rows(found: Sequence[OwnColumn]) -> Iterator[DataPort]:
    """Yield the ports of a data set whose samples are rows."""
    names = [name for column in found if column.is_feature for name in column.features]
    own = port_names(found)
    if names:
        port = Port("features", "float", "one row of the table")
        yield DataPort(port, (len(names),), columns=tuple(names))
    for column in found:
        if column.role == "input" and not column.is_feature:
            yield _alone(column, own[column.name])
    yield from _targets(found, own)


def _alone(column: OwnColumn, name: str) -> DataPort:
    """Return the port of an image, a signal, a text or an array."""
    if column.kind == "text":
        port = Port(name, "int", "tokens of the text")
        return DataPort(port, (CONTEXT,), column.classes)
    return floats(name, *column.shape, doc=column.kind)


def _targets(
    found: Sequence[OwnColumn], names: Mapping[str, str]
) -> Iterator[DataPort]:
    wanted = [column for column in found if column.role == "target"]
    numbers = [c.name for c in wanted if c.kind in {"number", "date"} and not c.shape]
    if numbers:
        named = target("target", len(numbers), doc=", ".join(numbers))
        yield replace(named, columns=tuple(numbers))
    for column in wanted:
        name = names.get(column.name, "")
        if column.kind == "category":
            port = Port(name, "int", "class numbers")
            yield DataPort(port, (), column.classes, is_target=True)
        elif column.shape:
            yield target(name, *column.shape, doc=column.kind)


def _of_windows(found: Sequence[OwnColumn]) -> Iterator[DataPort]:
    """Yield the ports of a series: the target stands last in the window."""
    names = [c.name for c in window_columns(found)]
    if names:
        window = floats("window", CONTEXT, len(names), doc="values in order of time")
        yield replace(window, columns=tuple(names))
        told = target("next", 1, doc="the value after the window")
        yield replace(told, columns=(names[-1],))


def window_columns(found: Sequence[OwnColumn]) -> tuple[OwnColumn, ...]:
    """Return the columns of a window; what is forecast is the last."""
    numbers = [c for c in found if c.kind == "number" and not c.shape]
    inputs = [c for c in numbers if c.role == "input"]
    wanted = [c for c in numbers if c.role == "target"][:1]
    return tuple(inputs + wanted) if wanted else ()


def _of_text(found: Sequence[OwnColumn], tokens: tuple[str, ...]) -> Iterator[DataPort]:
    tokens = tokens or next((c.classes for c in found if c.kind == "text"), ())
    if tokens:
        port = Port("tokens", "int", "tokens of the text")
        yield DataPort(port, (CONTEXT,), tokens)
        port = Port("next", "int", "at each place the token that follows")
        yield DataPort(port, (CONTEXT,), tokens, is_target=True)


def _free(name: str, taken: set[str]) -> str:
    """Return a name that ports can have and none has, and take it."""
    plain = _NO_ID.sub("_", name.casefold()).strip("_")[:60]
    plain = plain if plain[:1].isalpha() and plain[:1].isascii() else f"column_{plain}"
    plain, number = plain.strip("_"), 2
    made = plain
    while made in taken:
        made, number = f"{plain}_{number}", number + 1
    taken.add(made)
    return made


def port_names(found: Sequence[OwnColumn]) -> dict[str, str]:
    """Return column → port of those that are a port by themselves."""
    taken = {"label", "target"}
    taken |= {"features"} if any(c.is_feature for c in found) else set()
    alone = [c for c in found if c.role == "input" and not c.is_feature]
    names = {c.name: _free(c.name, taken) for c in alone}
    more = [c for c in found if c.role == "target" and c.kind == "category"]
    names |= {
        c.name: _free(c.name, taken) if n else "label" for n, c in enumerate(more)
    }
    rest = [c for c in found if c.role == "target" and c.shape]
    return names | {c.name: _free(c.name, taken) for c in rest}
