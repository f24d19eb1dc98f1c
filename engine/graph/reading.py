"""Text → Project, strictly: parse → limits → migrate → records → project.

Reading imports, evaluates and guesses nothing. What is refused is said with the
line it stands in.
"""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import DocumentError, EngineError
from engine.graph.json_errors import sentence
from engine.graph.migrations import migrate
from engine.graph.model import Project
from engine.graph.records import build
from engine.graph.writing import FORMAT, VERSION
from engine.i18n import tr

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 32


def load(path: Path) -> Project:
    """Read a `.bpw` file.

    Raises:
        DocumentError: When it can't be read; says file, line and reason.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            _refuse(tr("The file is too large for a project"), where=path.name)
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(tr("The file is not UTF-8 text"), where=path.name)
    except OSError as error:
        _refuse(tr("The file can't be read"), where=path.name, got=error.strerror or "")
    return loads(text, path.name)


def loads(text: str, name: str = "") -> Project:
    """Read the text of a `.bpw` file.

    Args:
        text: The whole document.
        name: File name for messages.

    Raises:
        DocumentError: When it is not a project; says line and reason.
    """
    record = _parse(text, name or tr("Document"))
    _check_header(record, name)
    try:
        return build(migrate(record))
    except EngineError as error:
        raise _placed(error, text, name) from error


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
        )
    except json.JSONDecodeError as error:
        where = f"{name}, {tr('line {line}', line=error.lineno)}"
        _refuse(sentence(error), where=where)
    except (RecursionError, ValueError) as error:
        _refuse(tr("This is not a project"), where=name, got=str(error)[:200])
    if not isinstance(value, dict):
        _refuse(tr("This is not a project"), where=name, expected="{ … }")
    _check_depth(value, name)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(tr("the key “{key}” stands twice", key=twice))
    return result


def _no_constant(text: str) -> NoReturn:
    raise ValueError(tr("{text} is not a number", text=text))


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(tr("{text} is too large for a number", text=text))
    return number


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
            got=repr(record.get("format")),
        )
    version = record.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse(tr("The version is not a number"), where=name, got=repr(version))
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
    pattern = re.compile(r'"id":\s*"' + re.escape(word) + '"')
    found = pattern.search(text)
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
