"""What a run says of itself in `run.json`, read by everybody in the same way.

The file may be anybody's: each field that is used has been looked at, and what is of
another kind is refused with the name of the field.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import DocumentError
from engine.folder import parts, sums
from engine.i18n import tr

FORMAT = "backprop-workbench-run"
VERSION = 1
FILE = "run.json"
CHECKPOINTS = "checkpoints"
MAX_BYTES = 256 * 2**20
_MOST_ITEMS = 4_000_000
"""Of lists and objects: beyond, a small file would fill the memory."""
_MOST_DEEP = 64
_LARGEST = 2**53
_LONGEST_NAME = 10_000
_CONTROLS = frozenset({"Cc", "Zl", "Zp", "Cs"})
"""Kinds of letters that no name has: controls and ends of lines."""
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,150}\.safetensors")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[0-9a-f]{4,16}")
_UNDER_WAY = ("created", "running", "paused", "interrupted")
_ENDED = ("stopped", "failed", "early", "finished", "diverged")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
Info = dict[str, Any]
Check = Callable[[object], bool]


class Kept(NamedTuple):
    """A checkpoint that a run keeps.

    Args:
        file: Its name in the folder of checkpoints.
        sha256: Of its bytes, in hex.
        step: Steps made.
        kind: `recent`, or `best` for that of the best evaluation.
        loss: Validation loss of the best, otherwise None.
        size: In bytes; 0 where an old run doesn't say.
    """

    file: str
    sha256: str
    step: int
    kind: str = "recent"
    loss: float | None = None
    size: int = 0

    @property
    def record(self) -> Info:
        """Return it as `run.json` holds it."""
        return {name: item for name, item in self._asdict().items() if item is not None}


def read(folder: Path) -> Info:
    """Return the checked content of a run's `run.json`.

    Args:
        folder: Of the run.

    Raises:
        DocumentError: When there is no run, or one that this version can't read.
    """
    try:
        return _checked(_parsed(parts.read(folder, FILE, max_bytes=MAX_BYTES)))
    except _BadFieldError as error:
        raise DocumentError(
            tr("run.json is damaged: “{field}” is of another kind", field=error.field),
            where=str(folder),
        ) from error
    except DocumentError as error:
        if error.where:
            raise
        raise _placed(error, folder) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file has
        raise DocumentError(
            tr("There is no run in this folder"),
            where=str(folder),
            got=getattr(error, "strerror", None) or tr("no such name"),
        ) from error


def text(info: Info) -> bytes:
    """Return what `run.json` holds, with its sum."""
    record = json.dumps(
        sums.summed(_mended(info)), indent=1, sort_keys=True, ensure_ascii=False
    )
    return f"{record}\n".encode("utf-8", "backslashreplace")  # any path


def damaged_words() -> str:
    """Return that what a run says of itself has changed since it was written."""
    return tr(
        "run.json is not as it was written: settings and words of the run may be others"
    )


def newest(info: Info) -> Kept | None:
    """Return the newest checkpoint, None when there is none yet."""
    return _kept(info["checkpoint"]) if "checkpoint" in info else None


def kept(info: Info) -> list[Kept]:
    """Return all checkpoints that a run keeps, the newest first."""
    found = [_kept(entry) for entry in info.get("checkpoints", [])]
    first = newest(info)
    if first and all(first.file != other.file for other in found):
        found.append(first)
    return sorted(found, key=lambda entry: (entry == first, entry.step), reverse=True)


def _kept(entry: Info) -> Kept:
    return Kept(**{name: entry[name] for name in Kept._fields if name in entry})


def _placed(error: DocumentError, folder: Path) -> DocumentError:
    return DocumentError(
        error.what, where=str(folder), expected=error.expected, got=error.got
    )


def _parsed(data: bytes) -> Info:
    if sum(map(data.count, (b"[", b"{", b","))) > _MOST_ITEMS:
        raise DocumentError(tr("run.json is too large"))
    try:
        text = data.decode("utf-8-sig")
        info = json.loads(text)
        if isinstance(info, dict) and _HALF.search(text):
            info = _mended(info)
    except (ValueError, RecursionError, MemoryError) as error:
        raise DocumentError(tr("run.json is damaged")) from error
    if not isinstance(info, dict) or info.get("format") != FORMAT:
        raise DocumentError(tr("run.json is not a run's"))
    version = info.get("version")
    if type(version) is not int or version != VERSION:
        raise DocumentError(
            tr("The run was made by another version"),
            expected=VERSION,
            got=version if type(version) is int and version < _LARGEST else "–",
        )
    return info


def _mended(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON without halves of characters, which no file could hold again."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


class _BadFieldError(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _checked(info: Info) -> Info:
    """Return the same when everything that is read later is of the right kind."""
    _check_depth(info)
    for field, is_right in _FIELDS.items():
        if field in info and not is_right(info[field]):
            raise _BadFieldError(field)
    for field in ("document", "state"):
        if field not in info:
            raise _BadFieldError(field)
    return info


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(_MOST_DEEP):
        level = [
            inner
            for item in level
            if isinstance(item, list | dict)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise DocumentError(tr("run.json is nested too deeply"))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        return False
    return not any(unicodedata.category(letter) in _CONTROLS for letter in value)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _LARGEST


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < 2**64


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < _LARGEST


def _is_loss(value: object) -> bool:
    return value is None or _is_number(value)


def _is_file(value: object) -> bool:
    return isinstance(value, str) and _FILE_NAME.fullmatch(value) is not None


def _is_sum(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _is_state(value: object) -> bool:
    return value in _UNDER_WAY or value in _ENDED


def _is_kind(value: object) -> bool:
    return value in ("recent", "best")


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _record(
    needed: dict[str, Check],
    optional: dict[str, Check],
) -> Check:
    """Return a check of an object with these fields."""

    def check(value: object) -> bool:
        if not isinstance(value, dict) or not needed.keys() <= value.keys():
            return False
        kinds = {**needed, **optional}
        return all(kinds[name](item) for name, item in value.items() if name in kinds)

    return check


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _is_row(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 2 and _is_text(value[0])):
        return False
    return type(value[1]) is int and -1 <= value[1] < _LARGEST


def _is_map_of(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


_checkpoint = _record(
    {"file": _is_file, "sha256": _is_sum, "step": _is_count},
    {"kind": _is_kind, "loss": _is_loss, "size": _is_count},
)
_change = _record(
    {"step": _is_count, "name": _is_name, "value": _is_number}, {"phase": _is_name}
)
_goal = _record(
    {"losses": _is_map_of(_is_number), "first": _is_whole, "last": _is_whole}, {}
)
_FIELDS: dict[str, Check] = {
    sums.FIELD: _is_text,
    "document": _is_text,
    "state": _is_state,
    "name": _is_text,
    "created": _is_name,
    "device": _is_name,
    "threads": _is_count,
    "seed": _is_whole,
    "data": _is_object,
    "versions": _is_object,
    "weights": _is_map_of(_is_text),
    "weights_from": _is_text,
    "parent": _is_name,
    "took_s": _is_number,
    "rows": _list_of(_is_row),
    "goals": _list_of(_goal),
    "changes": _list_of(_change),
    "checkpoint": _checkpoint,
    "checkpoints": _list_of(_checkpoint),
    "next_checkpoint": _is_token,
    "dropped": _list_of(_is_file),
}
"""Fields that are read, and what each must be; others are kept and not looked at."""
