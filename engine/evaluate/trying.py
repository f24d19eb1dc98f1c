"""One sample that somebody makes up, and what a trained network answers.

What can be given is told for each port that the network reads: the cells of a row, a
picture, a text, numbers; or a file, where the run was trained on own data.

Axes: N samples (here one), P places of a sample, C classes, D numbers.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from engine.data.catalog import Dataset
from engine.data.intake import inputs
from engine.data.intake.rows import Coder
from engine.data.own.choice import OwnSettings
from engine.data.own.preparing import Preparation
from engine.data.own.tokens import Tokeniser, Way
from engine.data.readers.reader import Array, Batch
from engine.data.readers.table import READERS
from engine.errors import DataError, EngineError, did_you_mean
from engine.evaluate.prediction import Predictor
from engine.evaluate.subject import Subject
from engine.evaluate.untrained import Untrained
from engine.graph.model import Project
from engine.i18n import tr
from engine.layers.datasets.own import OwnColumn
from engine.layers.datasets.spec import DataPort
from engine.measure.views.makers.text_sample import Drawer
from engine.pretrained.bpe import joined
from engine.protocol.arrays import Floats, Ints

Record = dict[str, object]
_CHANNELS = (1, 3)
_MOST_NAMES = 40
_LOOKED_AT = 500
_MOST_WRITTEN = 10_000
_MOST_BYTES = 2**25
"""Of a series whose end is shown as an example."""


class Trial:
    """A network that is asked about single samples; nothing of it changes.

    Args:
        subject: Folder of a run, or a project whose weights come out of files.

    Raises:
        EngineError: When it is none, or answers nothing from data.
    """

    def __init__(self, subject: Path | Project) -> None:
        self._subject: Subject | Untrained
        if isinstance(subject, Project):
            self._subject = Untrained(subject)
        else:
            self._subject = Subject(subject, blank=True)
        self._predictor = Predictor(self._subject)
        self._inputs = self._predictor.inputs()

    @property
    def description(self) -> Record:
        """What can be given, as JSON values."""
        first = next(iter(self._inputs.values()))[0]
        return {
            "name": self._subject.name,
            "step": self._subject.step,
            "title": self._subject.title(self._predictor.asked.node.path),
            "chooses": self._predictor.asked.chooses,
            "takes_files": first.settings.own is not None,
            "is_folder": _is_folder(first),
            "writes": _goes_on(first),
            "inputs": [
                {"port": name, **_described(data, port)}
                for name, (data, port) in self._inputs.items()
            ],
        }

    def answer(self, question: Mapping[str, Any]) -> Record:
        """Return the answer to one sample, as JSON values.

        Args:
            question: `file`, a path, and what it doesn't bring; or port → cells by
                column, a picture as lists C×H×W, numbers, or a text, with `length`
                tokens to write after it, `temperature` (0 takes the likeliest) and
                `top_k`.

        Raises:
            DataError: When something is missing or can't be read; names where.
        """
        if question.get("length"):
            return self._written(question)
        place, given = -1, dict[str, Array]()
        if file := question.get("file"):
            given = self._of_file(Path(str(file)))
        for name, (data, port) in self._inputs.items():
            if name in given:
                place = int(np.prod(port.shape)) - 1 if _goes_on(data) else place
                continue
            value = question.get(name)
            if value is None:
                raise _missing(name)
            given[name], at = _raw(data, port, value)
            place = at if at >= 0 else place
        return self._told(self._predictor.answers(given), place)

    def _of_file(self, file: Path) -> dict[str, Array]:
        """Return a sample of a file, prepared as the run has it.

        It is the first one; of a series or text the last, as nobody knows what follows.
        """
        data = next(iter(self._inputs.values()))[0]
        wanted = data.settings.own
        if wanted is None:
            raise DataError(
                tr("This network was not trained on files of your own"),
                where=file.name,
                fix=tr("Give the sample by hand."),
            )
        context = data.settings.context
        pieces = inputs.pieces(wanted, context, data.preparation, file)
        piece = next(pieces, None)
        if piece is None:
            raise DataError(tr("The file has no sample"), where=file.name)
        if wanted.sample == "row":
            return {name: array[:1] for name, array in piece.ports.items()}
        for later in pieces:
            piece = later
        return {name: array[-1:] for name, array in piece.ports.items()}

    def _written(self, question: Mapping[str, Any]) -> Record:
        """Return a text and what the network makes of it, token by token."""
        name, (data, port) = next(iter(self._inputs.items()))
        text, length = str(question.get(name) or ""), _whole(question["length"])
        if not _goes_on(data):
            raise DataError(tr("This network doesn't write"), where=self._subject.name)
        tokens = _tokens(data, port, text).tolist()
        _text(data, port, text)  # says what it can't read
        draw = _drawer(question)
        begun, window = len(tokens), int(np.prod(port.shape))
        end = data.settings.tokens.end if data.settings.tokens else -1
        for _ in range(length):
            made = np.zeros((1, window), np.int64)
            seen = tokens[-window:]
            made[0, : len(seen)] = seen
            answers = self._predictor.answers({name: made.reshape(1, *port.shape)})
            tokens.append(draw(torch.from_numpy(answers[len(seen) - 1]).log()))
            if tokens[-1] == end:
                break
        new = tokens[begun:]
        said = [port.classes[n] for n in new if n != end]
        return {"kind": "written", "text": joined(said), "tokens": new}

    def _told(self, answers: Array, place: int) -> Record:
        asked = self._predictor.asked
        if not np.isfinite(answers).all():
            raise DataError(
                tr("The answer is no finite number"),
                fix=tr("Fill in what is missing, and try smaller numbers."),
            )
        if not asked.chooses:
            values = answers.reshape(1, -1)[0]
            names = asked.target_names(len(values))
            return {"kind": "numbers", "names": list(names), "values": values.tolist()}
        names = asked.names(answers.shape[1])
        if len(answers) > 1 and place < 0:
            words = [names[n] for n in answers.argmax(1)]
            between = "" if max(map(len, words)) == 1 else " "
            return {"kind": "text", "text": joined([between.join(words)])}
        shares = answers[place]
        order = np.argsort(-shares, kind="stable")[:_MOST_NAMES]
        return {
            "kind": "classes",
            "names": [joined([names[n]]) for n in order],
            "values": shares[order].tolist(),
        }


def _whole(value: object) -> int:
    if type(value) is not int or not 0 < value <= _MOST_WRITTEN:
        raise DataError(
            tr("So many tokens can't be written"),
            expected=f"1…{_MOST_WRITTEN}",
            got=str(value)[:40],
        )
    return value


def _drawer(question: Mapping[str, Any]) -> Drawer:
    temperature, top_k = question.get("temperature", 0), question.get("top_k")
    is_number = isinstance(temperature, int | float) and 0 <= temperature <= 100
    if not is_number or not (top_k is None or (type(top_k) is int and top_k > 0)):
        raise DataError(tr("This is no way to draw tokens"), expected="0…100")
    seed = question.get("seed", 0)
    is_seed = type(seed) is int and 0 <= seed < 2**63
    generator = torch.Generator().manual_seed(seed if is_seed else 0)
    if not temperature:
        return Drawer(1.0, 1, generator)
    return Drawer(float(temperature), top_k, generator)


def _is_folder(data: Dataset) -> bool:
    """Return whether many samples are a folder, and no file."""
    wanted = data.settings.own
    reader = READERS.get(str(wanted.options.get("reader"))) if wanted else None
    return reader is not None and not reader.suffixes


def _missing(name: str) -> DataError:
    return DataError(tr("Nothing was given for “{name}”", name=name))


def _described(data: Dataset, port: DataPort) -> Record:
    """Return what an input is, with its kind first."""
    wanted = data.settings.own
    if wanted is not None and port.port.name == "features":
        return {"kind": "row", "columns": list(_own_columns(wanted, data.preparation))}
    if port.columns and len(port.shape) == 1:
        return {"kind": "row", "columns": list(_columns(data, port))}
    if port.port.kind == "int":
        return {"kind": "text", "length": int(np.prod(port.shape)), "shape": port.shape}
    if len(port.shape) == 3 and port.shape[0] in _CHANNELS:
        return {"kind": "image", "shape": port.shape, **_light(data, port)}
    kind = "file" if wanted is not None and wanted.sample == "row" else "numbers"
    if kind == "numbers" and wanted is not None:
        example = _last_window(data, port)
    else:
        example = _raw_part(data, port)[0] if wanted is None else np.zeros(port.shape)
    values, names = example.ravel().tolist(), list(port.columns)
    return {"kind": kind, "shape": port.shape, "example": values, "columns": names}


def _last_window(data: Dataset, port: DataPort) -> Array:
    """Return the end of the series that was trained on, or its mean if it is gone."""
    wanted, step = data.settings.own, data.scaling.get(port.port.name)
    usual = step.invert(np.zeros(port.shape)) if step else np.zeros(port.shape)
    assert wanted is not None
    try:
        if wanted.file.stat().st_size > _MOST_BYTES:
            return usual
        for piece in inputs.pieces(wanted, data.settings.context, None, wanted.file):
            usual = piece.ports[port.port.name][-1]
    except (EngineError, OSError):
        pass  # it is no more than an example
    return usual


def _own_columns(
    wanted: OwnSettings, preparation: Preparation | None
) -> Iterator[Record]:
    steps = preparation.as_list() if preparation else []
    fills = {str(step["column"]): step["fill"] for step in steps}
    for column in wanted.columns:
        if column.is_feature:
            fill = fills.get(column.name, "")
            shown = f"{fill:.6g}" if isinstance(fill, float) else str(fill)
            if column.kind == "date" and isinstance(fill, float):
                shown = str(np.datetime64(int(fill), "D"))
            yield {
                "name": column.name,
                "kind": column.kind,
                "classes": column.classes,
                "example": shown,
            }


def _columns(data: Dataset, port: DataPort) -> Iterator[Record]:
    middle = np.median(_raw_part(data, port), axis=0)
    for name, value in zip(port.columns, middle, strict=True):
        shown = f"{value:.6g}"
        yield {"name": name, "kind": "number", "classes": (), "example": shown}


def _raw_part(data: Dataset, port: DataPort) -> Floats:
    """Return some samples of a built-in set in its own units."""
    part = data.train[port.port.name][:_LOOKED_AT]
    step = data.scaling.get(port.port.name)
    return step.invert(part) if step else part.astype(np.float64)


def _light(data: Dataset, port: DataPort) -> Record:
    """Return the largest value of a picture, and whether its ground is dark."""
    if data.settings.own is not None:
        return {"high": 255.0, "is_dark": True}
    raw = _raw_part(data, port)
    high = float(raw.max())
    return {"high": high, "is_dark": bool(np.median(raw) < high / 2)}


def _raw(data: Dataset, port: DataPort, value: object) -> tuple[Array, int]:
    """Return an input as it stands in a file (1, *shape), and the place to answer."""
    wanted = data.settings.own
    if isinstance(value, str):
        return _text(data, port, value)
    if isinstance(value, Mapping) and _described(data, port)["kind"] == "row":
        if wanted is not None:
            arrays = _row(wanted, value)
            assert data.preparation is not None
            return data.preparation.features(arrays), -1
        cells = [_number(name, value.get(name, "")) for name in port.columns]
        return np.array([cells]), -1
    try:
        made = np.asarray(value, np.float64).reshape(1, *port.shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(
            tr("These are not the numbers that the network reads"),
            where=port.port.name,
            expected="×".join(map(str, port.shape)),
        ) from error
    return made, -1


def _row(wanted: OwnSettings, cells: Mapping[str, object]) -> dict[str, Array]:
    """Return column → numbers of one row whose cells are words."""
    made = {}
    for column in wanted.columns:
        if column.is_feature:
            word = str(cells.get(column.name, "")).strip()
            batch = Batch({column.name: _cell(column, word)}, 1, 1.0)
            made[column.name] = Coder(column, is_strict=True).coded(batch, wanted.file)
    return made


def _cell(column: OwnColumn, word: str) -> Array:
    if column.kind == "category":
        if word and word not in column.classes:
            raise DataError(
                tr("There is no such class"),
                where=column.name,
                expected=", ".join(column.classes[:6]),
                got=word,
                fix=did_you_mean(word, column.classes),
            )
        return np.array([word or None], object)
    if column.kind == "date":
        try:
            return np.array([word or "NaT"], "datetime64[s]")
        except ValueError as error:
            raise DataError(
                tr("This is no date"),
                where=column.name,
                expected="2024-05-31",
                got=word,
            ) from error
    return np.array([_number(column.name, word) if word else np.nan])


def _number(name: str, word: object) -> float:
    try:
        found = float(str(word).strip())
    except ValueError:
        found = np.nan
    if not np.isfinite(found):
        raise DataError(
            tr("This is no number"), where=name, expected="1.5", got=str(word) or None
        )
    return found


def _text(data: Dataset, port: DataPort, text: str) -> tuple[Array, int]:
    """Return tokens, and the place behind the last of them; short texts are filled up.

    A network that reads a text from its start answers there what comes next.
    """
    length = int(np.prod(port.shape))
    tokens = _tokens(data, port, text)
    if not len(tokens):
        raise _missing(port.port.name)
    known = tokens[-length:] if _goes_on(data) else tokens[:length]
    if (known < 0).any():
        at = int(np.argmax(known < 0))
        raise DataError(
            tr("The text has letters that the vocabulary lacks"),
            where=port.port.name,
            got=text[at : at + 1] or None,
        )
    made = np.zeros((1, length), np.int64)
    made[0, : len(known)] = known
    return made.reshape(1, *port.shape), len(known) - 1 if _goes_on(data) else -1


def _goes_on(data: Dataset) -> bool:
    """Return whether the answer is, at each place, what comes next."""
    return data.spec.task == "language"


def _tokens(data: Dataset, port: DataPort, text: str) -> Ints:
    wanted = data.settings.own
    if data.settings.tokens is not None:
        return data.settings.tokens.encode(text, special=True)
    if wanted is not None:
        is_text = wanted.sample == "text"
        way = wanted.options.get("tokens") if is_text else None
        found = Tokeniser(port.classes, cast("Way", way or "characters")).encode(text)
        return found.astype(np.int64)
    letters = {letter: number for number, letter in enumerate(port.classes)}
    return np.array([letters.get(letter, -1) for letter in text], np.int64)
