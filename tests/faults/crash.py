"""The window process dies at random moments, at every rhythm of editing.

Each time a new window must offer the work, at most two seconds or one edit short of
what the old one is known to have held; once, and never what was saved.
"""

import argparse
import json
import random
import time
from pathlib import Path

from engine.graph.files import serialize
from tests.faults._rhythms import RHYTHMS, Ledger, digest_of, work
from tests.helpers.desk import Desk
from tests.helpers.display import Nowhere

HELP = "the window is killed at every rhythm of editing: 2 s or one edit lost, no more"
SIZE = ("--size", "1500x900")
LIFE_S = (0.05, 9.0)
"""From the first edit to the end."""
SIZES = (3, 60, 3000)
ENDS = ("restored", "restored", "restored", "discarded", "unanswered", "killed")
"""What becomes of the offer, at last."""


def run(options: argparse.Namespace, folder: Path) -> int:
    """Kill `--n` windows and print what was lost."""
    good, rhythms = 0, list(RHYTHMS)
    for number in range(options.n):
        seed = options.seed + number
        rhythm = rhythms[seed % len(rhythms)]
        wrong = crashed(seed, rhythm, folder / str(seed))
        good += not wrong
        if wrong:
            print(f"seed {seed}, {rhythm}: {wrong}", flush=True)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return int(good != options.n)


def crashed(
    seed: int, rhythm: str, home: Path, life_s: tuple[float, float] = LIFE_S
) -> str:
    """Kill one window at work; return what was wrong with what it left."""
    trial = Trial(random.Random(seed), home, life_s)
    try:
        return trial.run(rhythm)
    except AssertionError as error:
        return f"{trial.told}: {error}"
    finally:
        trial.close()


class Trial:
    """One user, whose windows are opened and killed.

    Args:
        chance: Of all that is random.
        home: The folder of the user.
        life_s: How long the window that is killed works at least and at most.
    """

    def __init__(
        self, chance: random.Random, home: Path, life_s: tuple[float, float]
    ) -> None:
        home.mkdir(parents=True)
        self._chance, self._home, self._life_s = chance, home, life_s
        self._desks: list[Desk] = []
        self.told = ""

    def close(self) -> None:
        """End the windows that are left."""
        for desk in self._desks:
            if desk.process.poll() is None:
                desk.process.kill()
            desk.close()

    def _open(self, *arguments: str) -> Desk:
        self._desks.append(Desk(Nowhere(), self._home, *arguments, *SIZE))
        return self._desks[-1]

    def run(self, rhythm: str) -> str:
        """Return what was wrong."""
        ledger = self._begin(rhythm)
        ledger.do("digest()")
        if rhythm != "right after save" and self._chance.random() < 0.15:
            return self._living(ledger) or self._rest(ledger, rhythm)
        return self._rest(ledger, rhythm)

    def _rest(self, ledger: Ledger, rhythm: str) -> str:
        life_s = self._chance.uniform(*self._life_s)
        ledger.kill_in(life_s)
        work(ledger, RHYTHMS[rhythm], self._chance)
        ledger.desk.kill()
        if "Traceback" in ledger.desk.said:
            return ledger.desk.said[-1500:]
        self.told += f", {len(ledger.digests)} states in {life_s:.2f} s"
        return self._recover(ledger)

    def _begin(self, rhythm: str) -> Ledger:
        """Open a document of some size, in a file or in none yet."""
        size, in_file = self._chance.choice(SIZES), self._chance.random() < 0.5
        path = self._home / "net.bpw"
        name = "mnist-resnet" if rhythm == "inside a block" else str(path)
        if name == str(path):
            path.write_text(chain(size))
        self.told = f"{'saved' if in_file else 'untitled'}, {Path(name).name} {size}"
        desk = self._open(name)
        desk.wait("not window.controllers.opening.is_running")  # a large one
        if in_file and name != str(path):
            desk.ask(f"hands.save({str(path)!r})")
        elif not in_file:
            desk.ask("window.document.set_project(window.document.project.copy())")
            path = self._home / "later.bpw"
        return Ledger(desk, path)

    def _living(self, ledger: Ledger) -> str:
        """See that nobody else is offered the work of a window that lives."""
        ledger.do("edit(0)")
        ledger.do("edit(1)")
        ledger.wait("window.recovery.path.exists()")
        other = self._open()
        offered = other.ask("hands.offers()")
        other.close()
        return f"a living window's work was offered: {offered}" if offered else ""

    # After the crash ----------------------------------------------------------

    def _recover(self, ledger: Ledger) -> str:
        """Open windows until the work is back; return what was wrong."""
        saved = digest_of(ledger.file)
        end = self._chance.choice(ENDS)
        self.told += f", {end}"
        desk = self._open(*self._arguments(ledger))
        if not _is_offered(desk):
            wrong = ledger.lost(saved or ledger.digests[0])
            return wrong and f"{self.told}: nothing is offered, {wrong}"
        if end in {"unanswered", "killed"}:
            if end == "killed":
                desk.ask("hands.offer('Restore')")
                time.sleep(self._chance.uniform(0, 0.3))
            desk.kill()
            desk = self._open(*self._arguments(ledger))
            if not _is_offered(desk):
                return f"{self.told}: not offered any more"
        wrong = self._offered(desk, ledger, saved, end)
        return wrong and f"{self.told}: {wrong}"

    def _arguments(self, ledger: Ledger) -> list[str]:
        """Return what the next window is opened with."""
        known = [str(ledger.file)] if ledger.file and ledger.file.exists() else []
        return self._chance.choice([[], ["xor"], known])

    def _offered(self, desk: Desk, ledger: Ledger, saved: str, end: str) -> str:
        """Answer the offer; return what was wrong with it and what it leaves."""
        if "more" in str(desk.ask("banner()")):
            return f"offered more than once: {desk.ask('banner()')}"
        if end == "discarded":
            desk.ask("hands.offer('Discard')")
            desk.wait("not hands.offers()")
            return self._left_over(desk, [])
        desk.ask("hands.offer('Restore')")
        desk.wait("window.document.is_modified")
        found = str(desk.ask("hands.digest()"))
        if found == saved:
            return "what was saved is offered"
        wrong = ledger.lost(found) or self._file_is_known(desk, ledger, saved)
        if wrong:
            return wrong
        if self._chance.random() < 0.5:
            return self._left_over(desk, [found])
        target = str(self._home / "rescued.bpw")
        desk.ask(f"hands.save({target!r})")
        return self._left_over(desk, [])

    def _file_is_known(self, desk: Desk, ledger: Ledger, saved: str) -> str:
        """See that the work still belongs to its file, where it had one."""
        path = desk.ask("str(window.document.path or '')")
        expected = str(ledger.file) if saved else ""
        return "" if path == expected else f"it is {path!r}, not {expected!r}"

    def _left_over(self, desk: Desk, expected: list[str]) -> str:
        """End a window; return what is kept in its folder that should not be."""
        desk.close()
        if "Traceback" in desk.said:
            return desk.said[-1500:]
        found = [path for path in self._home.rglob("*") if "recovery" in path.name]
        copies = [path for path in found if path.suffix == ".bpw"]
        if len(copies) != len(expected):
            return f"{len(copies)} copies are kept, not {len(expected)}"
        litter = [path.name for path in found if path not in copies]
        return f"left in its folder: {litter}" if litter else ""


def _is_offered(desk: Desk) -> bool:
    """Return whether the work of a window that is no more is offered."""
    return "Restore" in desk.ask("hands.offers()")


def chain(size: int) -> str:
    """Return a project of so many nodes, one after the other."""
    names = [f"n{number}" for number in range(size - 2)]
    nodes = [{"id": "data", "type": "data", "params": {"source": "xor"}}]
    nodes += [{"id": name, "type": "tanh"} for name in names]
    nodes += [{"id": "end", "type": "tanh"}]
    ends = [*(f"{name}.input" for name in names), "end.input"]
    starts = ["data.point", *(f"{name}.out" for name in names)]
    edges = [list(pair) for pair in zip(starts, ends, strict=True)]
    graph = {"nodes": nodes, "edges": edges}
    kind = {"format": "backprop-workbench", "version": 1}
    text = json.dumps({**kind, "name": "Chain", "graph": graph, "training": {}})
    return serialize.dumps(serialize.loads(text))
