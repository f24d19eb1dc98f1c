"""`python -m tests.mutants --n 100 --seed 0`: which small bugs do the tests catch?

Draws small bugs over engine and workbench, half of each, those first whose numbers
somebody sees; puts one at a time into a copy of the tree; runs the nearest tests
that pass through the changed line until one fails. A hang counts as caught.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.sources import ROOT
from tests.mutants import draw, rooms, scratch
from tests.mutants.runs import Trials, Verdict

PACKAGES = ("engine", "workbench")


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = scratch.copy_of(ROOT, Path(folder) / "tree")
        if options.list:
            for bug in _drawn(options, tree):
                print(f"{bug.kind:<12} {bug.place}")
            return 0
        trials = Trials(tree, _kept(), _say)
        try:
            if options.measure:
                trials.learn(options.measure)
                return 0
            return _try_all(options, tree, trials)
        finally:
            trials.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--n", type=int, default=100, metavar="BUGS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--package", choices=PACKAGES)
    parser.add_argument("--only", nargs="*", metavar="FILE[:LINE]", help="or a folder")
    parser.add_argument("--list", action="store_true", help="only show what is drawn")
    parser.add_argument("--measure", nargs="*", metavar="TESTS", help="and end")
    return parser.parse_args()


def _kept() -> Path:
    return Path(tempfile.gettempdir()) / "bpw-footprints"


def _try_all(options: argparse.Namespace, tree: Path, trials: Trials) -> int:
    verdicts, begin = [], time.monotonic()
    for bug in _drawn(options, tree):
        verdict = trials.judge(bug)
        verdicts.append(verdict)
        _say(_line(verdict))
    if verdicts:
        _tell_totals(verdicts, time.monotonic() - begin)
    return 0


def _drawn(options: argparse.Namespace, tree: Path) -> list[draw.Bug]:
    packages = [options.package] if options.package else list(PACKAGES)
    only = options.only or []
    if only:
        packages = [p for p in packages if any(o.startswith(p) for o in only)]
    found = []
    for i, package in enumerate(packages):
        bugs = draw.all_bugs(tree, [package])
        bugs = [b for b in bugs if not only or any(_is_at(b, place) for place in only)]
        count = options.n // len(packages) + int(i < options.n % len(packages))
        found.append(draw.drawn(bugs, count, options.seed, tree))
    # By turns, so that one that is stopped early has seen both.
    turns = [list(part) for part in found]
    return [part[i] for i in range(options.n) for part in turns if i < len(part)]


def _is_at(bug: draw.Bug, place: str) -> bool:
    """Tell a bug in a folder, a file, or at FILE:LINE."""
    path, _, line = place.partition(":")
    return bug.path.startswith(path) and line in ("", str(bug.line))


def _line(verdict: Verdict) -> str:
    how = f"caught   by {verdict.test}" if verdict.test else "SURVIVED"
    first = "*" if rooms.is_first(verdict.bug.path) else " "
    words = f"{first} {verdict.bug.place}  [{verdict.bug.kind}]"
    return f"{words}\n      {how}  ({verdict.ran} tests, {verdict.seconds:.1f} s)"


def _tell_totals(verdicts: list[Verdict], seconds: float) -> None:
    print()
    for package in (*PACKAGES, ""):
        part = [v for v in verdicts if v.bug.path.startswith(package)]
        caught = sum(bool(v.test) for v in part)
        if part:
            share = caught / len(part)
            print(f"{package or 'all':<10} {caught:>4} of {len(part):<4} {share:.1%}")
    print(f"{len(verdicts) / seconds * 60:.1f} bugs a minute")
    survivors = [v for v in verdicts if not v.test]
    for verdict in survivors:
        reach = f"{verdict.ran} tests" if verdict.ran else "no test reaches it"
        print(f"survived: {verdict.bug.place}  ({reach})")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
