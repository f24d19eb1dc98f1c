"""Which bugs are tried: drawn at random, numbers on the screen first."""

import ast
import json
import random
from collections import Counter
from pathlib import Path

from tests.mutants import rooms
from tests.mutants.bugs import Bug, bugs_in

_EQUIVALENT = Path(__file__).with_name("equivalent.json")
_RARE = {"mirror": 3.0, "dropped": 2.0}
"""Kinds that are worse than others when they get through, and few."""


def all_bugs(root: Path, packages: list[str]) -> list[Bug]:
    """Return every bug of some packages of a tree, except those that change nothing."""
    known = equivalents()
    found = []
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            short = path.relative_to(root).as_posix()
            if not rooms.is_left_out(short):
                found += bugs_in(short, path.read_text("utf-8"))
    return [bug for bug in found if key(bug) not in known]


def equivalents() -> dict[str, str]:
    """Return the bugs that provably change nothing, each with the reason."""
    listed = json.loads(_EQUIVALENT.read_text("utf-8"))
    return {f"{e['file']}: {e['change']}": e["why"] for e in listed}


def key(bug: Bug) -> str:
    """Return how the list of equivalents names a bug: without its line."""
    return f"{bug.path}: {bug.before}  →  {bug.after}"


def drawn(bugs: list[Bug], count: int, seed: int, root: Path) -> list[Bug]:
    """Return `count` bugs, at most one a line, weighted by room and by kind."""
    kinds = Counter(bug.kind for bug in bugs)
    generator = random.Random(seed)

    def luck(bug: Bug) -> float:
        weight = rooms.FIRST_WEIGHT if rooms.is_first(bug.path) else 1.0
        weight *= _RARE.get(bug.kind, 1.0) / kinds[bug.kind] ** 0.5
        return generator.random() ** (1 / weight)

    chosen: dict[tuple[str, int], Bug] = {}
    for bug in sorted(bugs, key=luck, reverse=True):
        if len(chosen) >= count:
            break
        place = (bug.path, bug.line)
        if place not in chosen and _is_python(bug, root):
            chosen[place] = bug
    return list(chosen.values())


def _is_python(bug: Bug, root: Path) -> bool:
    try:
        ast.parse(bug.apply((root / bug.path).read_text("utf-8")))
    except SyntaxError:
        return False
    return True
