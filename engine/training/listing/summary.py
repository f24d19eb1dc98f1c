"""A run in a few words and numbers, for a list. Nothing in its folder is changed."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import plain
from engine.errors import EngineError
from engine.folder import account
from engine.folder.account import Info
from engine.graph.compare import score as scores
from engine.graph.compare.differences import differences
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol import live_settings
from engine.protocol.messages import Evaluation
from engine.protocol.past_runs import RunSummary
from engine.training.listing import marks
from engine.training.records import metric_store
from engine.training.records.runs import METRICS, PARENT, TOOK

MOST_BYTES = 4 * 2**20
"""Of an account: a larger one would hold the list up, and is only named."""
POINTS = 32
"""Of a sparkline."""
_MOST_WORDS = 8
"""Differences that are told."""


class Reader:
    """Reads runs one after the other; keeps the projects that it needs again soon.

    Threads: one.
    """

    _MOST_KEPT = 4

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._projects: dict[str, Project | None] = {}
        self._changes: dict[str, list[Info]] = {}

    def summary(self, run: str, before: str) -> RunSummary:
        """Return what a run says in a list.

        Args:
            run: Name of its folder.
            before: Folder of the run that was made before it, or empty: what it is
                compared with when it doesn't say itself, and both have one name.

        Raises:
            EngineError: When it is no run, or a damaged one.
        """
        folder = self._folder / run
        said = marks.read(folder)
        if (folder / account.FILE).stat().st_size > MOST_BYTES:
            return RunSummary(run, plain.name(run), marks=said)
        info = account.read(folder)
        project = self._keep(run, serialize.loads(str(info["document"]), run))
        parent = str(info.get(PARENT, ""))
        old = self._project(parent) if _is_name(parent) else None
        if old is None and before:
            parent, old = before, self._project(before)
            old = old if old is not None and old.name == project.name else None
        self._changes[run] = info.get("changes", [])
        changed = [each.words for each in differences(old, project)] if old else []
        changed += self._changed_later(run, parent if old else "")
        newest = account.newest(info)
        told = metric_store.read_evaluations(folder / METRICS)
        return RunSummary(
            run=run,
            title=plain.name(str(info.get("name") or run)),
            created=str(info.get("created", "")),
            state=str(info["state"]),
            step=newest.step if newest else 0,
            parent=parent if old is not None else "",
            changed=tuple(map(plain.name, changed[:_MOST_WORDS])),
            loss=_lowest(info),
            took_s=float(info.get(TOOK, math.nan)),
            marks=said,
            **_scored(project, told),
        )

    def _project(self, run: str) -> Project | None:
        """Return the project of another run; None where it can't be read."""
        if run not in self._projects:
            folder, found = self._folder / run, None
            try:
                if (folder / account.FILE).stat().st_size <= MOST_BYTES:
                    info = account.read(folder)
                    self._changes[run] = info.get("changes", [])
                    found = serialize.loads(str(info["document"]), run)
            except (EngineError, OSError):
                found = None
            self._projects[run] = found
            self._forget()
        return self._projects[run]

    def _changed_later(self, run: str, parent: str) -> list[str]:
        """Return the settings that were changed while it went on, and when.

        Those that are the same in its parent, such as before a branch, are left out.
        """
        known = self._changes.get(parent, [])
        return [
            tr("{setting} {value} from step {step}",
               setting=live_settings.title(each["name"]), value=f"{each['value']:.6g}",
               step=each["step"])
            for each in self._changes[run]
            if each not in known and each["name"] in live_settings.NAMES
        ]  # fmt: skip

    def _keep(self, run: str, project: Project) -> Project:
        self._projects[run] = project
        self._forget()
        return project

    def _forget(self) -> None:
        while len(self._projects) > self._MOST_KEPT:
            gone = next(iter(self._projects))
            del self._projects[gone]
            self._changes.pop(gone, None)


def _is_name(run: str) -> bool:
    return bool(run) and Path(run).name == run and not run.startswith(".")


def _lowest(info: Info) -> float:
    """Return the lowest validation loss of the weights that are kept."""
    known = [kept.loss for kept in account.kept(info) if kept.loss is not None]
    return min(known, default=math.nan)


def _scored(project: Project, told: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the fields that tell how good a run is."""
    if not told:
        return {}
    best = [each for each in told if each.best]
    is_best = bool(project.training.value("keep_best") and best)
    result = (best if is_best else told)[-1]
    found = scores.score(project, result.values)
    if found is None:
        return {}
    goal, value = scores.target(project), result.values[found.name]
    is_its = goal is not None and goal.metric == found.name
    return {
        "score_kind": found.kind,
        "score_title": _title(project, found),
        "score": value,
        "is_lower": found.is_lower,
        "goal": plain.name(tr(goal.text)) if goal and is_its else "",
        "is_met": bool(goal and is_its and goal.met(value)),
        "spark": thinned([each.values.get(found.name, math.nan) for each in told]),
    }


def _title(project: Project, found: scores.Score) -> str:
    if found.name == scores.LOSS:
        return tr("Loss")
    return plain.name(path_title(project, found.name))


def thinned(values: Sequence[float], most: int = POINTS) -> tuple[float, ...]:
    """Return at most so many values, evenly over all finite ones; the last is one."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) <= most:
        return tuple(known)
    return tuple(known[round(i * (len(known) - 1) / (most - 1))] for i in range(most))
