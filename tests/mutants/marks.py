"""Marks in the code: which blocks of which functions a test passes through.

A mark is one call at the start of each block and after each compound statement. Its
name is `path:function#n`, so that it outlives lines that move. Used by the warm
process on import, and by the parent to find the block of a bug.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("engine", "workbench")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)
_CALL = "__mutants_seen__"


def blocks(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """Yield (name of the mark, list of statements, place in it) for a file."""
    yield from _inside(tree.body, "")


def _inside(body: list, owner: str) -> Iterator[tuple[str, list, int]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _inside(node.body, f"{owner}.{node.name}".lstrip("."))
        elif isinstance(node, _FUNCTIONS):
            name = f"{owner}.{node.name}".lstrip(".")
            for number, (part, place) in enumerate(_parts(node.body)):
                yield f"{name}#{number}", part, place
            yield from _inside(list(_nested(node)), name)


def _nested(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions and classes directly inside a function."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node
        else:
            waiting += ast.iter_child_nodes(node)


def _parts(body: list) -> Iterator[tuple[list, int]]:
    """Yield every place in a function where a block begins."""
    first = 1 if isinstance(body[0], ast.Expr) and _is_text(body[0].value) else 0
    yield body, first
    for place, node in enumerate(body):
        if not isinstance(node, _COMPOUND):
            continue
        if place + 1 < len(body):
            yield body, place + 1
        for name in ("body", "orelse", "finalbody"):
            if getattr(node, name, None):
                yield from _parts(getattr(node, name))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _parts(part.body)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def block_at(tree: ast.Module, line: int) -> str:
    """Return the mark that a line is behind, "" outside of every function."""
    best, found = 0, ""
    for name, body, place in blocks(tree):
        start = body[place].lineno if place < len(body) else body[-1].lineno
        if start <= line and start >= best and _end(body) >= line:
            best, found = start, name
    return found


def _end(body: list) -> int:
    return max(node.end_lineno for node in body)


def install(root: Path, names: str) -> set[int]:
    """Mark what is imported from `root` from now on; return the set of marks seen.

    The names of the marks are appended to the file `names`, one a line.
    """
    seen: set[int] = set()
    setattr(builtins, _CALL, seen.add)
    sys.meta_path.insert(0, _Finder(root, Path(names)))
    return seen


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the product's modules and gives them a loader that marks."""

    def __init__(self, root: Path, names: Path) -> None:
        self.names, self._root = names, root
        self.count = 0

    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] not in PACKAGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin and spec.origin.endswith(".py"):
            place = Path(spec.origin)
            spec.loader = _Loader(name, str(place), self, place.relative_to(self._root))
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles with marks and keeps nothing on the disk."""

    def __init__(self, name: str, path: str, finder: _Finder, short: Path) -> None:
        super().__init__(name, path)
        self._finder, self._short = finder, short.as_posix()

    def get_code(self, fullname):
        tree = ast.parse(Path(self.path).read_text("utf-8"))
        places = list(blocks(tree))
        names = [f"{self._short}:{name}" for name, _, _ in places]
        first = self._finder.count
        self._finder.count += len(names)
        with self._finder.names.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(name) + "\n" for name in names)
        marked = [(body, place, first + i) for i, (_, body, place) in enumerate(places)]
        # From the back, so that no place shifts before it is used.
        for body, place, number in sorted(marked, key=lambda m: -m[1]):
            call = ast.parse(f"{_CALL}({number})").body[0]
            near = body[min(place, len(body) - 1)]
            for node in ast.walk(call):
                ast.copy_location(node, near)
            body.insert(place, call)
        return compile(
            ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True
        )
