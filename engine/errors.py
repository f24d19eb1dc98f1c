"""Every error that is the user's to solve, and nothing else.

    EngineError
    ├── GraphError         an edit that the document refuses
    ├── ShapeError         a layer does not fit its input
    ├── UnknownLayerError  a type id that the catalogue does not have
    ├── ConfigError        a parameter or training setting out of its range
    ├── DataError          a data set that is missing or unusable
    ├── DocumentError      a file that is not a project
    ├── TrainingError      a run that failed: names node and step
    └── ExportError        weights that could not be written or verified

Anything else that is raised is a bug of ours.
"""

from collections.abc import Iterable

from engine import plain
from engine.i18n import tr

_LONGEST_GUESS = 60
_LARGE = 10**20


class EngineError(Exception):
    """What happened, where, what was expected and got, and what to do.

    Words out of files are cut short: a message never grows with what it is about.

    Args:
        what: One sentence without a full stop at the end.
        where: Name of the node, file or setting as the user sees it.
        expected: What would have been right.
        got: What was found instead.
        fix: One sentence that says what to do.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        expected: object = None,
        got: object = None,
        fix: str = "",
    ) -> None:
        self.what, self.where = plain.sentence(what), plain.sentence(where)
        self.fix = plain.sentence(fix)
        self.expected, self.got = _short(expected), _short(got)
        super().__init__(self._message())

    def _message(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        parts = []
        if self.expected is not None:
            parts.append(tr("expected {expected}", expected=self.expected))
        if self.got is not None:
            parts.append(tr("got {got}", got=self.got))
        middle = f" ({', '.join(parts)})" if parts else ""
        sentence = tr("{sentence}.", sentence=f"{head}{middle}")
        return f"{sentence} {self.fix}" if self.fix else sentence


def _short(value: object) -> object:
    """Return what a message says of a value: words cut short, numbers as they are."""
    if isinstance(value, str):
        return plain.sentence(value)
    is_number = isinstance(value, float) or (type(value) is int and abs(value) < _LARGE)
    return value if value is None or is_number else plain.value(value)


class GraphError(EngineError):
    """An edit that the document refuses; the document is unchanged."""


class ShapeError(EngineError):
    """A layer does not fit its input."""


class ConfigError(EngineError):
    """A parameter or training setting is out of its range."""


class DataError(EngineError):
    """A data set is missing or unusable."""


class DocumentError(EngineError):
    """A file is not a readable project."""


class TrainingError(EngineError):
    """A run failed; `where` names the node, the message the step."""


class ExportError(EngineError):
    """Weights could not be written, or did not read back equal."""


class UnknownLayerError(EngineError):
    """A type id that the catalogue does not have.

    Args:
        type_id: The id that was asked for.
        known: All ids, for the suggestion.
    """

    def __init__(self, type_id: str, known: Iterable[str]) -> None:
        self.type_id = type_id
        super().__init__(
            tr("There is no layer type “{type_id}”", type_id=type_id),
            fix=did_you_mean(type_id, known),
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return “Did you mean …?” for the closest of `known`, or an empty string."""
    from difflib import get_close_matches  # noqa: PLC0415 - seldom needed

    if len(word) > _LONGEST_GUESS:
        return ""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return tr("Did you mean “{word}”?", word=close[0]) if close else ""
