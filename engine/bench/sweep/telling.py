"""What a journal says, as it crosses to the window."""

import math
from pathlib import Path

from engine.bench.sweep import reading
from engine.bench.sweep.importance import importance
from engine.bench.sweep.journal import Journal, Trial
from engine.errors import DocumentError, EngineError
from engine.graph.compare import score as scores
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.sweep.settings import settings
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.bench.sweep import SweepsFound, SweepTold, SweepTrial

MOST = 30
"""Sweeps of a folder that are told."""


class Teller:
    """Knows the words of one sweep.

    Args:
        project: Of the sweep; only read.
        found: Its journal.
    """

    def __init__(self, project: Project, found: Journal) -> None:
        self._journal = found
        words = {setting.key: setting.words for setting in settings(project)}
        keys = [axis.key for axis in found.plan.axes]
        self._names = {key: words.get(key, key) for key in keys}
        self._title = project.name
        score = found.plan.score
        self._kind = scores.of_node(project, score).kind
        total = tr("Validation loss")
        self._score = total if score == scores.LOSS else path_title(project, score)

    def told(self, *, is_running: bool, failure: str = "") -> SweepTold:
        """Return all that is known now."""
        plan = self._journal.plan
        return SweepTold(
            str(self._journal.folder),
            self._title,
            self._names,
            tuple(axis.key for axis in plan.axes if axis.is_log),
            plan.method,
            plan.count,
            plan.score,
            self._score,
            self._kind,
            plan.is_higher_better,
            tuple(map(_trial, self._journal.trials)),
            importance(plan.axes, self._journal.ranked),
            is_running,
            failure,
        )


def _trial(trial: Trial) -> SweepTrial:
    step, value = trial.curve[-1] if trial.curve else (0, math.nan)
    shown = trial.value if trial.state == "done" else value
    return SweepTrial(
        trial.number,
        trial.folder,
        dict(trial.point),
        trial.state,
        shown,
        step,
        trial.seconds,
        trial.words,
    )


def project_of(folder: Path, project_sum: str = "") -> Project:
    """Return the project of a sweep.

    Args:
        folder: Of the sweep.
        project_sum: As of its journal.

    Raises:
        EngineError: When there is none, or it is another than it was.
    """
    try:
        return serialize.loads(reading.project_text(folder, project_sum), folder.name)
    except FileNotFoundError:
        raise DocumentError(
            tr("There is no sweep in this folder"), where=str(folder)
        ) from None


def sweeps(folder: Path) -> SweepsFound:
    """Return the newest sweeps of a folder."""
    try:
        names = sorted((p.name for p in folder.iterdir() if p.is_dir()), reverse=True)
    except OSError:
        names = []
    told, refused = [], ""
    for name in names[:MOST]:
        try:
            found = reading.read(folder / name)
            if found is not None:
                teller = Teller(project_of(folder / name, found.project_sum), found)
                told.append(teller.told(is_running=False))
        except (EngineError, OSError) as error:
            refused = str(error)
    return SweepsFound(str(folder), tuple(told), refused)
