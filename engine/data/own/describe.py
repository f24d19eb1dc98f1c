"""What a file is and how it is read: the whole answer, for people and for documents."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from engine.data.own import content, roles, tokens
from engine.data.own.classes import class_name, in_order
from engine.data.own.profile import ColumnProfile, Profile, profiled
from engine.data.own.roles import Guess
from engine.data.readers import texts
from engine.data.readers.media.media import Light
from engine.data.readers.reader import Kind, Place, Reader, Settled, Source, Told
from engine.data.readers.table import READERS, open_source, reader_for
from engine.data.readers.texts import Text
from engine.errors import did_you_mean
from engine.i18n import tr
from engine.layers.datasets.own import (
    KINDS,
    MISSING,
    ROLES,
    WINDOW,
    OwnColumn,
    OwnKind,
    OwnRole,
    Sample,
    spec_of,
    window_columns,
)
from engine.layers.datasets.spec import OWN
from engine.layers.spec import Params, Value

_T = TypeVar("_T")
IGNORED_LABEL = "-100"
"""What torch's losses pass over, and some sets mark rows without a label with."""
_LEAST_WINDOWS = 30
_READER_KINDS: dict[str, Kind] = {"number": "number", "text": "text", "date": "date"}
_MOST_NUMBERS, _LEAST_KEPT = 20_000_000, 50_000
"""Numbers that the rows of a table come to before only some of them are trained on."""
_LETTERS = 255
"""Different letters of the texts in a column."""


@dataclass(frozen=True)
class Wishes:
    """What somebody chose instead of guesses.

    Args:
        options: Settings of the reader; `reader` names one.
        kinds: Column → kind.
        roles: Column → role; the first target takes the place of the guessed one.
        sample: What a sample is.
    """

    options: Params = field(default_factory=dict)
    kinds: Mapping[str, OwnKind] = field(default_factory=dict)
    roles: Mapping[str, OwnRole] = field(default_factory=dict)
    sample: Sample | None = None


@dataclass(frozen=True)
class Described:
    """A column with all that is known of it.

    Args:
        own: As a document has it.
        why: Why it has its role, where that isn't plain.
        profile: What was counted; None of images and sounds.
    """

    own: OwnColumn
    why: str = ""
    profile: ColumnProfile | None = None


@dataclass(frozen=True)
class Description:
    """What a file is.

    Args:
        path: Of the file or folder.
        reader: That reads it.
        options: Settings that make another opening read the same.
        told: What was guessed.
        columns: In their order.
        rows: How many.
        sample: What a sample is.
        sha256: Of the content.
        notes: Sentences of what one should know.
    """

    path: Path
    reader: Reader
    options: Params
    told: tuple[Told, ...]
    columns: tuple[Described, ...]
    rows: int
    sample: Sample
    sha256: str
    notes: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """Rows that are trained on where all would fill the memory; 0 for all."""
        if self.sample == "text":
            return 0
        used = [c.own for c in self.columns if c.own.role in {"input", "target"}]
        plain = [c for c in used if not c.shape and c.kind != "text"]
        each = sum(len(c.features) if c.role == "input" else 1 for c in plain)
        each *= WINDOW if self.sample == "window" else 1
        most = max(_LEAST_KEPT, _MOST_NUMBERS // max(1, each))
        return most if len(plain) == len(used) and self.rows > most else 0

    def params(self, path: str) -> dict[str, Value]:
        """Return the parameters of a data node that brings this data.

        Args:
            path: As the document says it.
        """
        options = {"reader": self.reader.id, **self.options}
        some: dict[str, Value] = {"samples": self.most} if self.most else {}
        return {
            **some,
            "source": OWN,
            "path": path,
            "sample": self.sample,
            "reading": tuple((name, value) for name, value in options.items()),
            "columns": tuple(each.own.value for each in self.columns),
            "rows": self.rows,
            "sha256": self.sha256,
        }


def described(path: Path, wishes: Wishes | None = None) -> Description:
    """Return what a file or folder is; see `describing`."""
    work = describing(path, wishes or Wishes())
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast("Description", end.value)


def describing(path: Path, wishes: Wishes) -> Generator[float, None, Description]:
    """Find out what a file or folder is, by a look at all of it.

    Args:
        path: An ordinary file or a folder.
        wishes: What counts instead of guesses.

    Yields:
        How much is done, 0 to 1; not going on ends it.

    Raises:
        ConfigError: When a setting is out of its range.
        DataError: When it can't be read, or has nothing to learn from.
    """
    chosen = wishes.options.get("reader")
    reader = READERS[str(chosen)] if chosen in READERS else reader_for(path)
    options = {
        k: v for k, v in wishes.options.items() if k != "reader" or v != reader.id
    }
    kinds = {
        name: _READER_KINDS[kind]
        for name, kind in wishes.kinds.items()
        if kind in _READER_KINDS
    }
    source = open_source(path, {**options, "reader": chosen or reader.id}, kinds)
    _check_wishes(path, source, wishes)
    if isinstance(source, Light):
        source.trial()
    profile = yield from _scaled(profiled(source), 0.0, 0.8)
    digest = yield from _scaled(content.hashed(path), 0.8, 1.0)
    if isinstance(source, Text):
        columns = _of_text(source, options)
        guesses: dict[str, Guess] = {}
    else:
        guesses = _guesses(path, profile, wishes)
        columns = tuple(_columns(source, profile, guesses))
    settled = source.settings if isinstance(source, Settled) else {}
    plain = {**{k: v for k, v in options.items() if k != "reader"}, **settled}
    found = Description(path, reader, plain, source.told, columns, profile.rows,
                        "row", digest)  # fmt: skip
    return _finished(found, source, profile, wishes)


def _scaled(
    work: Generator[float, None, _T], low: float, high: float
) -> Generator[float, None, _T]:
    """Hand on how much is done, as a part of the whole."""
    while True:
        try:
            yield low + (high - low) * next(work)
        except StopIteration as end:
            return cast("_T", end.value)


def _check_wishes(path: Path, source: Source, wishes: Wishes) -> None:
    names = [column.name for column in source.columns]
    for name, word in [*wishes.kinds.items(), *wishes.roles.items()]:
        if name not in names:
            raise Place(path, column=name).refuse(
                tr("There is no such column"), fix=did_you_mean(name, names)
            )
        known = (
            KINDS if name in wishes.kinds and word in wishes.kinds.values() else ROLES
        )
        if word not in (*KINDS, *ROLES):
            raise Place(path, column=name).refuse(
                tr("A column can't be of this kind"),
                expected=", ".join(known),
                got=word,
            )


def _guesses(path: Path, profile: Profile, wishes: Wishes) -> dict[str, Guess]:
    targets = [name for name, role in wishes.roles.items() if role == "target"]
    found = roles.guessed(profile, path.stem, targets[0] if targets else None)
    for name, role in wishes.roles.items():
        kind = found[name].kind if name in found else "number"
        found[name] = Guess(kind, role)
    for name, kind in wishes.kinds.items():
        found[name] = replace(found[name], kind=kind)
    return found


def _columns(
    source: Source, profile: Profile, guesses: Mapping[str, Guess]
) -> Iterator[Described]:
    counted = {each.column.name: each for each in profile.columns}
    for column in source.columns:
        each = counted.get(column.name)
        if each is None:
            own = OwnColumn(column.name, column.kind, "input", (), column.shape)
            yield Described(own)
            continue
        guess = guesses[column.name]
        words = column.classes or _classes(each, guess)
        own = OwnColumn(column.name, guess.kind, guess.role, words, column.shape)
        yield Described(own, guess.why, each)


def _classes(each: ColumnProfile, guess: Guess) -> tuple[str, ...]:
    if guess.kind == "text" and guess.role == "input":
        return _letters(each)
    if guess.kind != "category":
        return ()
    names = {class_name(value) for value in each.counts} - {""}
    if guess.role == "target":
        return in_order(names - {IGNORED_LABEL})
    known = in_order(names)
    return (*known, MISSING) if each.missing and guess.role == "input" else known


def _letters(each: ColumnProfile) -> tuple[str, ...]:
    """Return the letters of a column of texts; the empty one fills up short ones."""
    found = tokens.vocabulary(map(str, each.counts), "characters", _LETTERS)
    return (tokens.UNKNOWN, *(letter for letter in found if letter != tokens.UNKNOWN))


def _of_text(source: Text, options: Params) -> tuple[Described, ...]:
    way = cast("tokens.Way", options.get("tokens") or "characters")
    size = options.get("vocabulary")
    pieces = (str(batch.arrays[texts.NAME][0]) for batch in source.batches())
    found = tokens.vocabulary(pieces, way, size if isinstance(size, int) else None)
    return (Described(OwnColumn(texts.NAME, "text", "input", found)),)


def _finished(
    found: Description, source: Source, profile: Profile, wishes: Wishes
) -> Description:
    """Return the description with what a sample is, and what one should know."""
    is_text = isinstance(source, Text)
    if is_text:
        letters = int(sum(each.total for each in profile.columns))
        found = replace(found, sample="text", rows=letters)
    elif wishes.sample or _is_series(found):
        found = replace(found, sample=wishes.sample or "window")
    if found.sample == "window":
        found = _with_last(found)
    notes = [*_of_many(found), *_notes(found)]
    if is_text:
        size = len(found.columns[0].own.classes)
        notes.insert(0, tr("a vocabulary of {n:token|tokens}", n=f"{size:,}"))
    return replace(found, notes=tuple(notes))


def _is_series(found: Description) -> bool:
    """Return whether rows are measurements in order of time, one after the other."""
    own = [each.own for each in found.columns]
    wanted = [c for c in own if c.role == "target"]
    is_alone = len(own) == 1 and own[0].kind == "number" and not own[0].shape
    if is_alone or found.reader.id == "wav":
        return found.rows >= _LEAST_WINDOWS
    times = [each for each in found.columns if each.own.role == "time"]
    if not times or len(wanted) != 1 or wanted[0].kind != "number":
        return False
    first = times[0].profile
    is_strict = bool(first and (first.is_strict or first.is_falling))
    return (
        (is_strict or len(times) > 1)
        and found.rows >= _LEAST_WINDOWS
        and not wanted[0].shape
    )


def _with_last(found: Description) -> Description:
    """Return a series with something to forecast: where nothing is, its last number."""
    own = [each.own for each in found.columns]
    numbers = [c.name for c in own if c.kind == "number" and not c.shape
               and c.role in {"input", "id"}]  # fmt: skip
    if any(c.role == "target" for c in own) or not numbers:
        return found
    columns = tuple(
        replace(each, own=replace(each.own, role="target"))
        if each.own.name == numbers[-1]
        else each
        for each in found.columns
    )
    return replace(found, columns=columns)


def _of_many(found: Description) -> Iterator[str]:
    """Yield that some of the rows are trained on, where they are too many."""
    if not found.most:
        return
    whole, some = f"{found.rows:,}", f"{found.most:,}"
    words = tr(
        "{some} of {n:row|rows}, spread evenly, are trained on: all of them would fill "
        "the memory; “Samples” changes that", some=some, n=whole,
    )  # fmt: skip
    if found.sample == "window":
        words = tr(
            "the first {some} of {n:row|rows} are trained on: all of them would fill "
            "the memory; “Samples” changes that", some=some, n=whole,
        )  # fmt: skip
    yield words


def _notes(found: Description) -> Iterator[str]:
    own = [each.own for each in found.columns]
    targets = [each for each in found.columns if each.own.role == "target"]
    if found.sample == "row" and not targets:
        yield tr("nothing here is to be predicted: choose a target for that")
    for each in targets:
        if each.own.kind == "category" and len(each.own.classes) < 2:
            yield tr("“{name}” has a single class: nothing can be learnt",
                     name=each.own.name)  # fmt: skip
        if each.profile and each.profile.counts.get(float(IGNORED_LABEL)):
            yield tr("rows of “{name}” with −100 have no label and are left out",
                     name=each.own.name)  # fmt: skip
        if each.profile and each.profile.missing:
            yield tr("{n:row|rows} without “{name}” left out",
                     n=f"{each.profile.missing:,}", name=each.own.name)  # fmt: skip
    if found.sample == "window" and len(window_columns(own)) < len(
        [c for c in own if c.role in {"input", "target"}]
    ):
        yield tr("a window holds numbers alone: other columns are left out")
    if found.sample != "text" and not spec_of(found.params("")).layout:
        yield tr("no column brings anything to learn from")
