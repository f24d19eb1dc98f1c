"""Does an environment hold what pyproject.toml asks for?

Our own requirements are plain `name[extra]>=1.2,<2` lines, so a few lines compare
them; pip stays the authority on how they are installed.
"""

import operator
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path

_LINE = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;@]*)$")
_CLAUSE = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)$")
_RELEASE = re.compile(r"(?:\d+!)?(\d+(?:\.\d+)*)")
_COMPARE: dict[str, Callable[[list[int], list[int]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


def read(pyproject: Path, extras: Iterable[str] = ()) -> list[str]:
    """Return the requirement lines of a project, with those of `extras`."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return lines


def satisfied(pyproject: Path, extras: Sequence[str] = ()) -> bool:
    """Return whether the running environment meets every requirement line."""
    return not missing(read(pyproject, extras))


def missing(lines: Iterable[str]) -> list[str]:
    """Return the lines that the running environment does not meet."""
    return [line for line in lines if not _is_met(line)]


def allows(specifier: str, version: str) -> bool:
    """Return whether `version` lies in the ranges of `specifier`, as in `>=1,<2`."""
    clauses = [clause.strip() for clause in specifier.split(",") if clause.strip()]
    return all(_clause_allows(clause, version) for clause in clauses)


def _is_met(line: str) -> bool:
    match = _LINE.match(line)
    if match is None:
        return False
    name, specifier = match.groups()
    try:
        return allows(specifier, metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _clause_allows(clause: str, version: str) -> bool:
    wanted, found = _CLAUSE.match(clause), _RELEASE.match(version)
    if wanted is None or found is None:
        return False
    sign, bound = wanted.groups()
    left, right = _padded(found.group(1), bound.strip("."))
    return _COMPARE[sign](left, right)


def _padded(left: str, right: str) -> tuple[list[int], list[int]]:
    """Return two releases as numbers of equal length, so that 1.0 equals 1."""
    first, second = ([int(part) for part in text.split(".")] for text in (left, right))
    length = max(len(first), len(second))
    return (
        first + [0] * (length - len(first)),
        second + [0] * (length - len(second)),
    )
