"""Run the nearest tests against a bug and tell which one caught it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import rooms, scratch
from tests.mutants.bugs import Bug
from tests.mutants.footprints import Footprints

_BATCHES = (8, 24, 48)
_BUDGET_S = 25.0
_GRACE_S = 20.0
_NOTHING_RAN = 5  # pytest's code
_NOT_LOADED = "(does not load)"


@dataclass(frozen=True)
class Verdict:
    """How a bug fared: `test` is what caught it, "" when it survived."""

    bug: Bug
    test: str
    ran: int
    seconds: float


class Warm:
    """The process of warm.py, started when first asked."""

    def __init__(self, tree: Path, *, is_bare: bool = False) -> None:
        own = Path(__file__).with_name("warm.py")
        bare = ["--bare"] if is_bare else []
        self._process = subprocess.Popen(
            [sys.executable, "-B", str(own), str(tree), *bare],  # it changes in no time
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process.stdout.readline()

    def ask(self, request: dict) -> dict:
        """Have tests run; wait for how it went."""
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it; it ends by itself when nobody can ask any more."""
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Trials:
    """Tries one bug after the other in a copy of the tree."""

    def __init__(
        self,
        tree: Path,
        kept: Path,
        say: Callable[[str], None],
        *,
        is_bare: bool = False,
    ) -> None:
        self._tree, self._say = tree, say
        self._warm = Warm(tree, is_bare=is_bare)
        self._footprints = Footprints(tree, kept, self._warm.ask)

    def close(self) -> None:
        """End the warm process."""
        self._warm.close()

    def learn(self, places: list[str], *, may_be_old: bool = False) -> None:
        """Measure the test files in folders, where that hasn't been done."""
        for file in self._files(places):
            begin = time.monotonic()
            if self._footprints.learn(file, may_be_old=may_be_old):
                self._say(f"measured {file} in {time.monotonic() - begin:.0f} s")

    def _files(self, places: list[str]) -> list[str]:
        found: list[str] = []
        for place in places:
            path = self._tree / place
            files = sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
            found += [
                f.relative_to(self._tree).as_posix() for f in files if f.is_file()
            ]
        return list(dict.fromkeys(found))

    def judge(self, bug: Bug) -> Verdict:
        """Run the tests that pass through a bug, the nearest first."""
        begin = time.monotonic()
        tried: set[str] = set()
        for place in rooms.nearest(bug.path):
            for files, may_be_old in self._by_nearness(bug, place):
                # Before the bug is in: it takes the tree as it is.
                self.learn(files, may_be_old=may_be_old)
                tests = [t for t in self._within_budget(bug, files) if t not in tried]
                tried |= set(tests)
                failed = self._tried_with(bug, tests)
                if failed:
                    return Verdict(bug, failed, len(tried), time.monotonic() - begin)
            if tried:
                break  # Farther rooms are asked only where no nearer test reaches it.
        return Verdict(bug, "", len(tried), time.monotonic() - begin)

    def _by_nearness(self, bug: Bug, place: str) -> Iterator[tuple[list[str], bool]]:
        """Yield the test files of a place: those that name the module, then all.

        Those that name it are looked at anew before a bug counts as a survivor.
        """
        files, module = self._files([place]), bug.path.removesuffix(".py")
        words = (module.replace("/", "."), f"import {module.rpartition('/')[2]}\n")
        texts = {file: (self._tree / file).read_text("utf-8") for file in files}
        naming = [f for f in files if any(word in texts[f] for word in words)]
        yield naming, True
        if naming != files:
            yield files, True
        yield naming, False

    def _tried_with(self, bug: Bug, tests: list[str]) -> str:
        with scratch.planted(self._tree, bug):
            failed = self._first_failure(tests)
        if failed.endswith(_NOT_LOADED) and self._first_failure(tests) == failed:
            raise RuntimeError(f"{failed}, without a bug too")
        return failed

    def _within_budget(self, bug: Bug, files: list[str]) -> list[str]:
        chosen, spent = [], 0.0
        for test in self._footprints.through(bug.path, bug.line):
            if test.partition("::")[0] not in files:
                continue
            spent += self._footprints.seconds(test)
            if chosen and (spent > _BUDGET_S or len(chosen) >= sum(_BATCHES)):
                break
            chosen.append(test)
        return chosen

    def _first_failure(self, tests: list[str]) -> str:
        """Return the first test that fails, "" when none does."""
        for batch in _batches(tests):
            limit = _GRACE_S + 4 * sum(map(self._footprints.seconds, batch))
            answer = self._warm.ask({"tests": batch, "seconds": limit})
            if answer["failed"]:
                return answer["failed"]
            if answer["code"] not in {0, _NOTHING_RAN}:
                return f"pytest ends with {answer['code']}"
        return ""


def _batches(tests: list[str]) -> list[list[str]]:
    """Cut a list: a few at first, as most bugs fall to them."""
    found, start = [], 0
    for size in _BATCHES:
        if tests[start : start + size]:
            found.append(tests[start : start + size])
        start += size
    return found
