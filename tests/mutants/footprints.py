"""Which tests pass through which code: measured once for every file of tests.

Kept in the user's cache by the text of the test file, and measured anew when it
changes. With it a bug runs only tests that reach it, the most particular ones first.
"""

import ast
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.mutants import marks

_SECONDS = 900.0
_SLOW_S = 30.0


class Footprints:
    """What each test file's tests pass through.

    Args:
        tree: The copy in which tests run.
        kept: A folder that outlives this run.
        ask: The warm process.
    """

    def __init__(self, tree: Path, kept: Path, ask: Callable[[dict], dict]) -> None:
        self._tree, self._kept, self._ask = tree, kept, ask
        self._files: dict[str, dict[str, list]] = {}
        self._through: dict[str, dict[str, None]] = defaultdict(dict)
        self._trees: dict[str, ast.Module] = {}
        kept.mkdir(parents=True, exist_ok=True)
        self._old: frozenset[str] = frozenset()
        self._earlier = self._newest()

    def learn(self, file: str, *, may_be_old: bool = False) -> bool:
        """Know a test file; return whether it had to be run for that.

        Args:
            file: Path under the tree.
            may_be_old: What an earlier text of it passed through is good enough: to
                catch a bug, not to let it go.
        """
        if file in self._files and (may_be_old or file not in self._old):
            return False
        text = (self._tree / file).read_bytes()
        name = hashlib.sha256(file.encode() + text).hexdigest()[:24]
        place = self._kept / f"{name}.json"
        earlier = self._earlier.get(file)
        is_old = may_be_old and earlier is not None and not place.is_file()
        is_new = not is_old and not place.is_file()
        if is_new:
            place.write_text(json.dumps(self._measure(file)), "utf-8")
        self._take(file, earlier if is_old and earlier else place)
        self._old = self._old | {file} if is_old else self._old - {file}
        return is_new

    def _take(self, file: str, place: Path) -> None:
        for through in self._through.values():
            for test in [t for t in through if t.startswith(f"{file}::")]:
                del through[test]
        self._files[file] = found = json.loads(place.read_text("utf-8"))
        for test, (_, marks_of) in found.items():
            for mark in marks_of:
                self._through[mark][test] = None

    def _newest(self) -> dict[str, Path]:
        """Return the newest known of each test file, by the names of its tests."""
        found = {}
        for place in sorted(self._kept.glob("*.json"), key=lambda p: p.stat().st_mtime):
            tests = json.loads(place.read_text("utf-8"))
            found.update({test.partition("::")[0]: place for test in tests})
        return found

    def _measure(self, file: str) -> dict[str, list]:
        names, log = (self._tree.parent / name for name in ("names.txt", "log.txt"))
        names.write_text("", "utf-8")
        request = {"tests": [file], "seconds": _SECONDS, "marks": str(names)}
        request["log"] = str(log)
        answer = self._ask(request)
        table = [json.loads(line) for line in names.read_text("utf-8").splitlines()]
        return {
            test: [seconds, [table[i] for i in through]]
            for test, (seconds, through) in answer.get("tests", {}).items()
            if seconds < _SLOW_S
        }

    def through(self, path: str, line: int) -> list[str]:
        """Return the tests that pass a line, the most particular and quick first."""
        found: dict[str, None] = {}
        for mark in self._marks(path, line):
            found |= self._through.get(mark, {})
        return sorted(found, key=self._cost)

    def seconds(self, test: str) -> float:
        """Return how long a test took when it was measured."""
        return self._files[test.partition("::")[0]][test][0]

    def _cost(self, test: str) -> float:
        seconds, through = self._files[test.partition("::")[0]][test]
        return (seconds + 0.02) * len(through)

    def _marks(self, path: str, line: int) -> list[str]:
        """Return the marks of the code that a line decides about."""
        tree = self._tree_of(path)
        mark = marks.block_at(tree, line)
        if not mark:
            return self._of_module_level(path, line)
        found = f"{path}:{mark}"
        if found in self._through:
            return [found]
        whole = found.partition("#")[0] + "#"  # Moved since it was measured?
        return (
            [m for m in self._through if m.startswith(whole)]
            if self._moved(path, tree)
            else []
        )

    def _moved(self, path: str, tree: ast.Module) -> bool:
        """Tell a file whose blocks are no longer those that were measured."""
        now = {f"{path}:{name}" for name, _, _ in marks.blocks(tree)}
        return any(m.startswith(f"{path}:") and m not in now for m in self._through)

    def _of_module_level(self, path: str, line: int) -> list[str]:
        """Return the blocks that name what a line outside of functions defines."""
        name = _defined_at(self._tree_of(path), line)
        found = []
        for file in sorted(self._tree.glob("*/**/*.py")):
            short = file.relative_to(self._tree).as_posix()
            if not short.startswith(("engine/", "workbench/")):
                continue
            text = file.read_text("utf-8") if name else ""
            if name and name in text:
                found += _naming(self._tree_of(short), short, text, name)
        own = [m for m in self._through if m.startswith(f"{path}:")]
        return [m for m in found if m in self._through] or own

    def _tree_of(self, path: str) -> ast.Module:
        if path not in self._trees:
            text = (self._tree / path).read_text("utf-8")
            self._trees[path] = ast.parse(text)
        return self._trees[path]


def _defined_at(tree: ast.Module, line: int) -> str:
    """Return the name that a statement of the module's or a class's body gives."""
    for node in ast.walk(tree):
        is_assigned = isinstance(node, (ast.Assign, ast.AnnAssign))
        if is_assigned and node.lineno <= line <= node.end_lineno:
            targets = getattr(node, "targets", None) or [node.target]
            return getattr(targets[0], "id", "")
    return ""


def _naming(tree: ast.Module, path: str, text: str, name: str) -> list[str]:
    """Return the marks of blocks of functions that mention a name."""
    lines = [i for i, line in enumerate(text.splitlines(), 1) if name in line]
    found = {marks.block_at(tree, line) for line in lines} - {""}
    return [f"{path}:{mark}" for mark in found]
