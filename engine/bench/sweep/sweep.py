"""Makes the trials of a sweep, each in a process of its own, and keeps a journal."""

import hashlib
import json
import math
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.bench.sweep import journal, pruning, reading
from engine.bench.sweep.journal import Journal, Plan, Trial
from engine.bench.sweep.points import points
from engine.errors import ConfigError
from engine.files import atomic_write
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.sweep.space import assignment
from engine.i18n import tr

_ROOT = Path(__file__).parents[3]
_LAST_S = 30.0
"""So long a child may write its checkpoint."""
_CHILD = "engine.bench.sweep.child"


class _Child:
    """One trial that is being made.

    Args:
        trial: Which one.
        wish: For the child.
        told: Gets its lines, and None at the end.
    """

    def __init__(
        self, trial: Trial, wish: dict[str, Any], told: "queue.SimpleQueue[_Line]"
    ) -> None:
        self.trial, self.begun, self.is_pruned = trial, time.perf_counter(), False
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the sweep, which stops it gently
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, args=(told,), daemon=True)
        self._reader.start()

    def _read(self, told: "queue.SimpleQueue[_Line]") -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            told.put((self.trial.number, json.loads(line)))
        told.put((self.trial.number, None))

    def stop(self) -> None:
        """Let it write a checkpoint and end."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()  # that it takes for a stop

    def end(self) -> None:
        """Wait until it is gone."""
        self.stop()
        try:
            self._process.wait(_LAST_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_LAST_S)
        if self._process.stdout:
            self._process.stdout.close()


_Line = tuple[int, dict[str, Any] | None]


class Sweep:
    """A sweep in a folder; one that is there goes on.

    Args:
        project: Only read.
        plan: What it is.
        folder: Of the sweep.
        jobs: Trials at the same time.
        prunes: Whether hopeless trials are stopped.
        on_news: Called when the journal says more.

    Raises:
        ConfigError: When another sweep is in the folder.

    Threads: `stop` from any; all else from one thread.
    """

    def __init__(
        self,
        project: Project,
        plan: Plan,
        folder: Path,
        *,
        jobs: int = 1,
        prunes: bool = True,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self._jobs, self._prunes, self._on_news = jobs, prunes, on_news
        self._stopped = threading.Event()
        self._told: queue.SimpleQueue[_Line] = queue.SimpleQueue()
        self._children: dict[int, _Child] = {}
        self.journal = _opened(project, plan, folder)
        self._points = points(plan)
        for trial in self.journal.ended:
            self._points.told(trial)

    def stop(self) -> None:
        """End as soon as possible; the trials go on another time."""
        self._stopped.set()

    def run(self) -> Iterator[Trial]:
        """Yield each trial that has ended."""
        waiting = [t for t in self.journal.trials if t.state == "begun"]
        try:
            while not self._stopped.is_set():
                self._fill(waiting)
                if not self._children:
                    return
                trial = self._heard()
                if trial is not None:
                    yield trial
        finally:
            for child in self._children.values():
                child.stop()
            for child in self._children.values():
                child.end()
            self._children.clear()

    def _fill(self, waiting: list[Trial]) -> None:
        """Begin as many trials as there is room for."""
        trials, plan = self.journal.trials, self.journal.plan
        while len(self._children) < self._jobs:
            if waiting:
                trial = waiting.pop(0)
            elif len(trials) < plan.count:
                trial = Trial(len(trials), self._points.at(len(trials)))
                trials.append(trial)
                self._write()
            else:
                return
            self._children[trial.number] = _Child(trial, self._wish(trial), self._told)

    def _wish(self, trial: Trial) -> dict[str, Any]:
        folder = self.journal.folder
        words = [assignment(key, value) for key, value in trial.point.items()]
        return {
            "project": str(folder / journal.PROJECT),
            "out": str(folder / trial.folder),
            "set": [*words, "threads=1"],
            "score": self.journal.plan.score,
        }

    def _heard(self) -> Trial | None:
        """Take in one line of a child; return its trial when that has ended."""
        try:
            number, record = self._told.get(timeout=0.2)
        except queue.Empty:
            return None
        child = self._children[number]
        if record is None:
            return self._ended(child)
        _note(child.trial, record)
        if "step" in record:
            self._write()
            self._judge(child)
        return None

    def _write(self) -> None:
        self.journal.write()
        self._on_news()

    def _judge(self, child: _Child) -> None:
        """Stop a trial that can't become any good."""
        plan = self.journal.plan
        others = [t.curve for t in self.journal.trials if t.state == "done"]
        steps = max((curve[-1][0] for curve in others if curve), default=0)
        if self._prunes and pruning.is_hopeless(
            child.trial.curve, others, steps, higher=plan.is_higher_better
        ):
            child.is_pruned = True
            child.stop()

    def _ended(self, child: _Child) -> Trial | None:
        trial = child.trial
        child.end()
        del self._children[trial.number]
        trial.seconds += time.perf_counter() - child.begun
        if trial.state == "begun":
            if child.is_pruned:
                trial.state = "pruned"
            elif not self._stopped.is_set():
                trial.state = "failed"
                trial.words = trial.words or tr("Its process ended without a word")
        self._write()
        if trial.state == "begun":
            return None
        self._points.told(trial)
        return trial


def _note(trial: Trial, record: dict[str, Any]) -> None:
    """Put what a child has told into its trial."""
    value = record.get("value")
    number = math.nan if value is None else float(value)
    if "step" in record:
        kept = [pair for pair in trial.curve if pair[0] < record["step"]]
        trial.curve = [*kept, (int(record["step"]), number)]
    elif "failed" in record:
        trial.state, trial.words = "failed", str(record["failed"])
    elif record.get("ended") in {"finished", "early"}:
        trial.state, trial.value = "done", number
    elif record.get("ended") == "diverged":
        trial.state, trial.words = "failed", str(record.get("words", ""))


def _opened(project: Project, plan: Plan, folder: Path) -> Journal:
    """Return the journal that is there, or a new one."""
    text = serialize.dumps(project)
    found = reading.read(folder)
    if found is None:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_write(folder / journal.PROJECT, text)
        kept = hashlib.sha256(text.encode()).hexdigest()
        made = Journal(folder, plan, (), kept)
        made.write()
        return made
    same = found.plan == plan or _is_longer(found.plan, plan)
    if reading.project_text(folder, found.project_sum) != text or not same:
        raise ConfigError(
            tr("Another sweep is in this folder"),
            where=str(folder),
            fix=tr("Name another one: --out FOLDER"),
        )
    return Journal(folder, plan, found.trials, found.project_sum)


def _is_longer(old: Plan, new: Plan) -> bool:
    """Return whether a plan only has more trials."""
    return new.count >= old.count and {**vars(old), "count": 0} == {
        **vars(new),
        "count": 0,
    }
