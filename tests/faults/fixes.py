"""Every fix of broken networks is pressed: none adds a problem, none is nonsense.

The recommended fixes are then pressed one after the other until there is no problem,
or until every problem that is left says what would be right.
"""

import argparse
import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.advice.analysis import Analyser
from engine.compile.outline import outline
from engine.errors import EngineError
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem
from engine.protocol.messages import Analysis
from tests.faults._breakings import broken
from tests.faults._nonsense import nonsense
from tests.faults.checks import place_of
from tests.workbench.inspector.mistakes import MISTAKES
from tests.workbench.inspector.networks import applied

HELP = "no fix of 62 mistakes and of broken presets adds a problem, or nonsense"
MOST_PRESSED = 60
_CACHE = Analyser()
_DEFAULT = 200


def mistakes() -> Iterator[tuple[str, Project]]:
    """Yield the mistakes that people make, each made on a sound network."""
    for name, mistake in MISTAKES.items():
        yield name, applied(mistake.sound(), mistake.change)


@dataclass(frozen=True)
class Failure:
    """What went wrong with one document.

    Args:
        words: What, and after which fix.
        project: Before that fix.
    """

    words: str
    project: Project


class Pressed:
    """Presses fixes of documents, as a person would."""

    def __init__(self) -> None:
        self.num_fixes = 0

    def look(self, project: Project) -> Analysis:
        """Return what is said of a document that was saved and read again."""
        read = serialize.loads(serialize.dumps(project))
        return _CACHE.analyse(read, folder="")

    def failures(self, project: Project) -> list[Failure]:
        """Return what goes wrong with a document: nothing, it is hoped."""
        try:
            return [*self._each(project), *self._to_the_end(project)]
        except Exception as error:  # noqa: BLE001 - what this command looks for
            return [Failure(place_of(error), project)]

    def _each(self, project: Project) -> Iterator[Failure]:
        """Press every fix on its own."""
        before = self.look(project)
        for problem in before.problems:
            for number, fix in enumerate(problem.fixes):
                for words in self._press(project, before, problem, fix):
                    place = f"{problem.node or 'all'}: {problem.text!r}, fix {number}"
                    yield Failure(f"{words} · {place} “{fix.label}”", project)

    def _press(
        self, project: Project, before: Analysis, problem: Problem, fix: Fix
    ) -> Iterator[str]:
        self.num_fixes += 1
        trial = project.copy()
        apply_all(trial, fix.edits)
        after = self.look(trial)
        yield from _added(before, after)
        old, new = (Counter(map(_said, a.problems)) for a in (before, after))
        if new[_said(problem)] >= old[_said(problem)]:
            yield "still there"
        for found in nonsense(trial) - nonsense(project):
            yield f"nonsense {found}"

    def _to_the_end(self, project: Project) -> Iterator[Failure]:
        """Press the recommended fix of the first problem, again and again."""
        seen, current, pressed = set(), project.copy(), []
        for _ in range(MOST_PRESSED):
            text = serialize.dumps(current)
            if text in seen:
                yield Failure(f"in a circle · {pressed[-6:]}", project)
                return
            seen.add(text)
            problems = self.look(current).problems
            fix = next((p.fixes[0] for p in problems if p.fixes), None)
            if fix is None:
                yield from self._end(current, problems)
                return
            pressed.append(fix.label)
            apply_all(current, fix.edits)
        yield Failure(f"never ends · {pressed[-6:]}", project)

    def _end(
        self, project: Project, problems: tuple[Problem, ...]
    ) -> Iterator[Failure]:
        for problem in problems:
            if not (problem.text and problem.expected):
                yield Failure(f"says nothing: {problem.text!r}", project)
        if any(problem.severity == "error" for problem in problems):
            return
        try:
            outline(project)
        except EngineError as error:
            yield Failure(f"refused though called fine: {error}", project)


def _added(before: Analysis, after: Analysis) -> Iterator[str]:
    """Yield what is worse at any node that could be looked at before.

    Warnings and what is said of the whole are looked for where no error hides them.
    """
    hidden = {path for path, info in before.nodes.items() if not info.known}
    hidden -= {problem.node for problem in before.problems}
    for severity in ("error", "warning"):
        old, new = _counted(before, severity), _counted(after, severity)
        all_old, all_new = _counted(before), _counted(after)
        for node in new:
            is_worse = new[node] > old[node] and all_new[node] > all_old[node]
            is_worse |= severity == "error" and new[node] > old[node]
            is_late = _has_errors(before) and (not node or severity == "warning")
            said = {p.text for p in after.problems if p.node == node}
            is_moved = said <= {p.text for p in before.problems if p.node != node}
            if is_worse and node not in hidden and not is_late and not is_moved:
                yield f"adds {severity} at {node or 'all'}: {said}"


def _counted(found: Analysis, severity: str = "") -> Counter[str]:
    told = [p for p in found.problems if severity in ("", p.severity)]
    return Counter(problem.node for problem in told)


def _has_errors(found: Analysis) -> bool:
    return any(problem.severity == "error" for problem in found.problems)


def _said(problem: Problem) -> tuple[str, ...]:
    said = problem.text, problem.expected, problem.got
    return problem.node, problem.port, problem.phase, *said


class Log(logging.Handler):
    """Keeps what the engine logs of advice that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        error = record.exc_info[1] if record.exc_info else None
        self.lines.append(place_of(error) if error else record.getMessage())


def cases(seed: int, n: int) -> Iterator[tuple[str, Project]]:
    """Yield the mistakes, then `n` broken presets that have a problem."""
    yield from mistakes()
    wrong = (pair for pair in broken(seed) if _is_wrong(pair[1]))
    yield from itertools.islice(wrong, n)


def _is_wrong(project: Project) -> bool:
    """Return whether there is a problem, or the check itself breaks."""
    try:
        return bool(_CACHE.analyse(project, folder="").problems)
    except Exception:  # noqa: BLE001 - told of as a failure of this case
        return True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Break as many presets as was promised, unless another number is asked for."""
    parser.set_defaults(n=_DEFAULT)


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Press the fixes of the mistakes, and of `--n` broken presets."""
    torch.set_num_threads(1)
    pressed, log, good, total = Pressed(), Log(), 0, 0
    logging.getLogger("engine").addHandler(log)
    for words, project in cases(options.seed, options.n):
        log.lines.clear()
        failures = pressed.failures(project)
        told = [failure.words for failure in failures] + log.lines
        total, good = total + 1, good + (not told)
        for line in dict.fromkeys(told):
            print(f"{words}\n    {line}", flush=True)
    logging.getLogger("engine").removeHandler(log)
    print(f"{pressed.num_fixes} fixes pressed")
    print(f"{'PASS' if good == total else 'FAIL'} {good}/{total}")
    return int(good != total)
