"""Text → Project, strictly: parse → limits → migrate → records → project.

Reading imports, evaluates and guesses nothing. What is refused is said with the
line it stands in.
"""

import codecs
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from engine import plain
from engine.errors import DocumentError, EngineError
from engine.files import read_regular
from engine.graph.files import giving_up
from engine.graph.files.json_errors import sentence
from engine.graph.files.migrations import migrate
from engine.graph.files.records import build
from engine.graph.files.writing import FORMAT, VERSION
from engine.graph.limits import check_size
from engine.graph.model import ID_PATTERN, Project
from engine.i18n import tr

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 32
_MOST_DIGITS = 300
"""Of a whole number: every one then is a finite number too."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def load(path: Path) -> Project:
    """Read a `.bpw` file.

    Raises:
        DocumentError: When it can't be read; says file, line and reason.
    """
    return loads(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Return the text of a `.bpw` file, which need not be a project.

    Raises:
        DocumentError: When it can't be read or is no text.
    """
    return decode(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """Return what stands in a `.bpw` file.

    Raises:
        DocumentError: When it can't be read.
    """
    try:
        return read_regular(path, MAX_BYTES)
    except OSError as error:
        reason = error.strerror or tr("no reason given")
        _refuse(tr("The file can't be read"), where=path.name, got=reason)


def decode(data: bytes, name: str) -> str:
    """Return the text of the bytes of a `.bpw` file.

    Args:
        data: All of them.
        name: File name for messages.

    Raises:
        DocumentError: When they are no text.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        fix = tr("Save it as UTF-8.") if data.startswith(_UTF_16) else ""
        kind = tr("UTF-16 text") if fix else tr("other bytes")
        _refuse(tr("The file is not UTF-8 text"), name, got=kind, fix=fix)


def loads(text: str, name: str = "") -> Project:
    """Read the text of a `.bpw` file.

    Args:
        text: The whole document.
        name: File name for messages.

    Raises:
        DocumentError: When it is not a project; says line and reason.
    """
    record = _parse(text.removeprefix("\ufeff"), name or tr("Document"))
    _check_header(record, name)
    try:
        record = _mended(record) if _HALF.search(text) else record
        return build(migrate(check_size(record)))
    except EngineError as error:
        raise _placed(error, text, name) from error
    except Exception as error:  # The border: nothing foreign gets out.
        raise _not_a_project(name) from error


def _not_a_project(name: str) -> DocumentError:
    return DocumentError(tr("This is not a project"), where=name)


def _placed(error: EngineError, text: str, name: str) -> DocumentError:
    """Return the same refusal with the file and the line in front."""
    where = ", ".join(filter(None, (name, _line_of(text, error), error.where)))
    return DocumentError(
        error.what,
        where=where,
        expected=error.expected,
        got=error.got,
        fix=error.fix,
    )


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        where = f"{name}, {tr('line {line}', line=error.lineno)}"
        _refuse(sentence(error), where=where)
    except EngineError as error:
        raise _placed(error, text, name) from None
    except RecursionError:
        _refuse(tr("The document is nested too deeply"), where=name)
    except (ValueError, MemoryError) as error:
        raise _not_a_project(name) from error
    if not isinstance(value, dict):
        _refuse(tr("This is not a project"), where=name, expected="{ … }")
    _check_depth(value, name)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    giving_up.check()
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = plain.shortened(Counter(key for key, _ in pairs).most_common(1)[0][0])
        _refuse(tr("The key “{key}” stands twice", key=twice), where=twice)
    return result


def _no_constant(text: str) -> NoReturn:
    _refuse(tr("{text} is not a number", text=text))


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _too_large(text)
    return number


def _whole(text: str) -> int:
    return int(text) if len(text) <= _MOST_DIGITS else _too_large(text)


def _too_large(text: str) -> NoReturn:
    _refuse(tr("{text} is too large for a number", text=plain.shortened(text, 20)))


def _mended(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose texts have no halves of characters.

    No file, and no message to the engine, could hold them.
    """
    pairs = ((_whole_text(key), _whole_items(item)) for key, item in record.items())
    return _unique(list(pairs))


def _whole_items(item: object) -> object:
    if isinstance(item, str):
        return _whole_text(item)
    if isinstance(item, list):
        return [_whole_items(one) for one in item]
    return _mended(item) if isinstance(item, dict) else item


def _whole_text(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _check_depth(value: object, name: str) -> None:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    _refuse(tr("The document is nested too deeply"), where=name)


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


def _check_header(record: dict[str, Any], name: str) -> None:
    if record.get("format") != FORMAT:
        _refuse(
            tr("This is not a Backprop Workbench project"),
            where=name,
            expected=f'"format": "{FORMAT}"',
            got=plain.value(record.get("format")),
        )
    version = record.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse(tr("The version is not a number"), where=name, got=plain.value(version))
    if version > VERSION:
        _refuse(
            tr("A newer Backprop Workbench made this file"),
            where=name,
            expected=tr("version {version} or older", version=VERSION),
            got=version,
            fix=tr("Update the application to open it."),
        )


def _line_of(text: str, error: EngineError) -> str:
    """Return “line 12” for the node or wire that an error names, or nothing."""
    word = error.where or getattr(error, "type_id", "") or str(error.got or "")
    found = None
    if ID_PATTERN.fullmatch(word):
        found = re.search(rf'"id":\s*"{word}"', text)
    position = found.start() if found else text.find(f'"{word}"')
    if not word or position < 0:
        return ""
    return tr("line {line}", line=text.count("\n", 0, position) + 1)


def _refuse(
    what: str,
    where: str = "",
    expected: object = None,
    got: object = None,
    fix: str = "",
) -> NoReturn:
    raise DocumentError(what, where=where, expected=expected, got=got, fix=fix)
