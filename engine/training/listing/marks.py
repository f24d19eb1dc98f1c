"""What people say of a run: name, tags, star, note, in a file of its own beside it.

The engine that trains a run writes its account; nobody else does.
"""

import json
from pathlib import Path

from engine import plain
from engine.errors import EngineError
from engine.files import atomic_write
from engine.folder import parts, sums
from engine.protocol.past_runs import RunMarks

FILE = "marks.json"
MOST_TAGS, LONGEST_TAG, LONGEST_NOTE = 20, 40, 10_000
_ASIDE = "marks.damaged.json"
_MAX_BYTES = 2**18


def read(folder: Path) -> RunMarks:
    """Return what is said of a run; nothing where that can't be read."""
    return _read(folder) or RunMarks()


def _read(folder: Path) -> RunMarks | None:
    try:
        record = json.loads(parts.read(folder, FILE, max_bytes=_MAX_BYTES))
        if not sums.is_as_written(record):
            return None
        name, tags, note = record["name"], record["tags"], record["note"]
        if any(not isinstance(word, str) for word in (name, note, *tags)):
            return None
        return checked(RunMarks(name, tuple(tags), record["starred"] is True, note))
    except (OSError, EngineError, ValueError, LookupError, TypeError, RecursionError):
        return None


def write(folder: Path, marks: RunMarks) -> None:
    """Note what is said of a run.

    Raises:
        OSError: When it can't be written.
    """
    _put_aside(folder)
    kept = checked(marks)
    record = {
        "name": kept.name,
        "tags": list(kept.tags),
        "starred": kept.is_starred,
        "note": kept.note,
    }
    text = json.dumps(sums.summed(record), indent=1, ensure_ascii=False)
    atomic_write(folder / FILE, text.encode("utf-8", "replace"))


def _put_aside(folder: Path) -> None:
    """Keep what can't be read: somebody has written it."""
    if (folder / FILE).exists() and _read(folder) is None:
        (folder / FILE).replace(folder / _ASIDE)


def checked(marks: RunMarks) -> RunMarks:
    """Return marks as they can be shown: names on one line, nothing endless."""
    tags = (plain.one_line(tag).strip()[:LONGEST_TAG] for tag in marks.tags[:MOST_TAGS])
    return RunMarks(
        plain.name(marks.name.strip()),
        tuple(dict.fromkeys(filter(None, tags))),
        marks.is_starred,
        marks.note[:LONGEST_NOTE],
    )
