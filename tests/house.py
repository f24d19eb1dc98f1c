"""`python -m tests.house`: circles, upward arrows, widths and sizes of the code.

Typing imports count like any other: what only names a type of a neighbour still has to
change with it. A circle is a set of modules each of which reaches the others. Rooms are
the children of one package (a folder or a file); an arrow between two rooms is upward
when no order of floors lets it point down: both stand in one circle of rooms.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.helpers.sources import ROOT, tree

PACKAGES = ("engine", "workbench", "presets")
MAX_FILES = 15
MAX_IMPORTS = 25
MAX_LINES = 400


class House(NamedTuple):
    """Every module of the product, and what of the product it imports."""

    files: Mapping[str, Path]
    imports: Mapping[str, frozenset[str]]


def read(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> House:
    """Return the modules under `root` and their imports, wherever they stand."""
    files = {
        _name(path.relative_to(root)): path
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
    }
    return House(
        files, {name: frozenset(_imports(p, files)) for name, p in files.items()}
    )


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in files or node.module in files:
                    yield inner if inner in files else node.module


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return every set of two or more that reach each other, by Tarjan's algorithm.

    Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972; `low` is
    the earliest station that can be reached, a circle is closed where it is one's own.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in arrows.get(name, ()):
            if other not in order:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == order[name]:
            place = stack.index(name)
            found.append(sorted(stack[place:]))
            del stack[place:]

    for name in arrows:
        if name not in order:
            visit(name)
    return [circle for circle in found if len(circle) > 1]


def upward(house: House) -> list[str]:
    """Return `package: room -> room` for all arrows that no order of floors allows."""
    packages = {package for name in house.files for package in _above(name)}
    return [line for package in sorted(packages) for line in _upward_in(house, package)]


def _above(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts)))


def _upward_in(house: House, package: str) -> Iterator[str]:
    inside = package + "."
    rooms: dict[str, set[str]] = defaultdict(set)
    for name, imported in house.imports.items():
        if name.startswith(inside):
            room = _room(name, inside)
            others = {_room(o, inside) for o in imported if o.startswith(inside)}
            rooms[room] |= others - {room}
    for circle in circles(rooms):
        for room in circle:
            for other in sorted(rooms[room] & set(circle)):
                yield f"{package}: {room} -> {other}"


def _room(name: str, inside: str) -> str:
    return name.removeprefix(inside).partition(".")[0]


def widest(house: House) -> tuple[int, str]:
    """Return how many modules the widest importer imports, and its name."""
    return max((len(found), name) for name, found in house.imports.items())


def crowded(house: House) -> dict[str, int]:
    """Return the folders of more than 15 files, `__init__` not counted."""
    count: dict[str, int] = defaultdict(int)
    for path in house.files.values():
        count[path.parent.relative_to(ROOT).as_posix()] += path.name != "__init__.py"
    return {f: n for f, n in sorted(count.items()) if n > MAX_FILES}


def lines(house: House) -> Iterator[tuple[bool, str]]:
    """Yield whether it holds, and the line to print, for each measure."""
    around = circles(house.imports)
    yield not around, f"circles of modules        {len(around)}"
    yield from ((False, f"    {', '.join(circle)}") for circle in around)
    arrows = upward(house)
    yield not arrows, f"upward arrows             {len(arrows)}"
    yield from ((False, f"    {arrow}") for arrow in arrows)
    full = crowded(house)
    yield not full, f"folders over {MAX_FILES} files     {len(full)}"
    yield from ((False, f"    {folder}: {n}") for folder, n in full.items())
    count, name = widest(house)
    yield count <= MAX_IMPORTS, f"widest importer           {count} ({name})"
    long = max(
        (len(p.read_text("utf-8").splitlines()), n) for n, p in house.files.items()
    )
    yield True, f"longest file              {long[0]} ({long[1]})"
    yield True, f"modules                   {len(house.files)}"


def main() -> int:
    """Print the measures; 0 when all hold."""
    good = True
    for holds, line in lines(read()):
        print(line)
        good = good and holds
    print("PASS" if good else "FAIL")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
