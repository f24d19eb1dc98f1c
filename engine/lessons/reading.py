"""Lesson files: JSON, read strictly; what is wrong is said with its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import DocumentError, did_you_mean
from engine.i18n import tr
from engine.lessons.lesson import KINDS, Choice, Deed, Lesson, Step
from engine.protocol.lessons import Question

FORMAT, VERSION = "backprop-workbench-lesson", 1
MAX_BYTES = 1 << 20
MOST_STEPS = 100
_LESSON = {"format", "version", "title", "goal", "minutes", "preset", "set", "steps"}
_STEP = {"kind", "text", "numbers", "ask", "right", "choices", "within", "deed"}
_STEP |= {"hint", "reveal"}
_QUESTION = {"name", "node", "tensor", "cell", "number", "words", "phase"}
_DEED = {"name", "key", "least", "most"}
TRUTHS = frozenset({
    "number", "loss", "loss_after", "share", "path", "product", "uses", "ratio",
    "sign", "overshoots", "disagrees", "mover", "largest_term", "coasts", "steady",
    "penalty", "decay_step", "passed_on", "chance", "samples", "task_loss", "keeper",
})  # fmt: skip
"""Names that a question may have; `engine/explain/lessons` answers them."""
DEEDS = frozenset({"trained", "has", "setting", "better", "reached", "measured"})
_T = TypeVar("_T")
Record = Mapping[str, Any]


def read(path: Path) -> Lesson:
    """Return the lesson of a file.

    Raises:
        DocumentError: Says what is wrong and where.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _wrong(path.name, tr("The file is too large for a lesson"))
        record = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError, ValueError) as error:
        words = tr("This lesson can't be read: {error}", error=str(error))
        raise _wrong(path.name, words) from error
    return _lesson(path.stem, _Reader(record, path.name))


class _Reader:
    """Takes values out of a record, and refuses what is of another kind."""

    def __init__(self, record: object, where: str) -> None:
        if not isinstance(record, dict):
            raise _wrong(where, tr("Here { … } is wanted"))
        self._record, self.where = record, where

    def only(self, known: set[str]) -> None:
        """Refuse fields that nobody knows."""
        for name in self._record:
            if name not in known:
                raise DocumentError(
                    tr("There is no field “{name}”", name=str(name)),
                    where=self.where,
                    expected=", ".join(sorted(known)),
                    fix=did_you_mean(str(name), sorted(known)),
                )

    def take(self, name: str, kind: type[_T], otherwise: _T | None = None) -> _T:
        """Return a field; one that is missing is refused without an `otherwise`."""
        value = self._record.get(name, otherwise)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise DocumentError(
                tr("“{name}” is missing or of the wrong kind", name=name),
                where=self.where,
                expected=_NAMES.get(kind, kind.__name__),
                got=repr(value)[:40],
            )
        return value

    def word(self, name: str, known: frozenset[str]) -> str:
        """Return a field that is one of some words."""
        value = self.take(name, str)
        if value not in known:
            raise DocumentError(
                tr("“{name}” can't be “{value}”", name=name, value=value[:40]),
                where=self.where,
                expected=", ".join(sorted(known)),
                fix=did_you_mean(value, sorted(known)),
            )
        return value

    def inner(self, name: str) -> "_Reader":
        """Return the record in a field."""
        return _Reader(self._record.get(name), f"{self.where}, {name}")

    def has(self, name: str) -> bool:
        """Return whether a field is there."""
        return name in self._record


_NAMES: dict[type, str] = {str: '"…"', float: "0.5", int: "1", list: "[ … ]"}
_NAMES[dict] = "{ … }"


def _wrong(where: str, words: str) -> DocumentError:
    return DocumentError(words, where=where)


def _lesson(name: str, reader: _Reader) -> Lesson:
    reader.only(_LESSON)
    if reader.take("format", str) != FORMAT or reader.take("version", int) != VERSION:
        raise _wrong(reader.where, tr("This is no lesson of this version"))
    steps = reader.take("steps", list)
    if not 0 < len(steps) <= MOST_STEPS:
        raise _wrong(reader.where, tr("A lesson has from 1 to 100 steps"))
    return Lesson(
        name,
        reader.take("title", str),
        reader.take("goal", str),
        reader.take("minutes", int),
        reader.take("preset", str),
        _words(reader.take("set", list, [])),
        tuple(
            _step(_Reader(step, f"{reader.where}, steps[{index}]"))
            for index, step in enumerate(steps)
        ),
    )


def _step(reader: _Reader) -> Step:
    reader.only(_STEP)
    kind = reader.word("kind", frozenset(KINDS))
    numbers = reader.take("numbers", dict, {})
    inner = reader.inner("numbers") if numbers else None
    step = Step(
        kind,
        reader.take("text", str),
        {name: _question(inner.inner(name)) for name in numbers} if inner else {},
        _question(reader.inner("ask")) if reader.has("ask") else None,
        reader.take("right", str, ""),
        _choices(reader.take("choices", dict, {})),
        reader.take("within", float, 0.0),
        _deed(reader.inner("deed")) if reader.has("deed") else None,
        reader.take("hint", str, ""),
        reader.take("reveal", str, ""),
    )
    _complete(step, reader.where)
    return step


def _complete(step: Step, where: str) -> None:
    """Refuse a step that could never be passed."""
    ids = [choice.id for choice in step.choices]
    if step.kind == "choose" and len(ids) < 2:
        raise _wrong(where, tr("“choices” needs two or more"))
    if step.kind == "choose" and step.question is None and step.right not in ids:
        raise _wrong(where, tr("“right” must be one of the choices"))
    if step.kind == "number" and (step.question is None or step.within <= 0):
        raise _wrong(where, tr("A number needs “ask”, and “within” above 0"))
    needs = step.deed is not None and step.deed.name == "measured"
    if step.kind == "do" and (step.deed is None or (needs and not step.question)):
        raise _wrong(where, tr("“deed” is missing"))


def _question(reader: _Reader) -> Question:
    reader.only(_QUESTION)
    cell = reader.take("cell", list, [])
    if not all(isinstance(place, int) and place >= 0 for place in cell):
        raise _wrong(reader.where, tr("“cell” holds whole numbers from 0"))
    return Question(
        reader.word("name", TRUTHS),
        reader.take("node", str, ""),
        reader.take("tensor", str, ""),
        tuple(cell),
        reader.take("number", float, 0.0),
        _words(reader.take("words", list, [])),
        reader.take("phase", str, ""),
    )


def _deed(reader: _Reader) -> Deed:
    reader.only(_DEED)
    return Deed(
        reader.word("name", DEEDS),
        reader.take("key", str, ""),
        reader.take("least", float, float("-inf")),
        reader.take("most", float, float("inf")),
    )


def _choices(record: dict[str, object]) -> tuple[Choice, ...]:
    return tuple(Choice(name, str(text)) for name, text in record.items())


def _words(values: list[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
