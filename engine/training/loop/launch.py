"""Begins a run: folder and trainer, or neither."""

from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError
from engine.graph.model import Project
from engine.places import is_there
from engine.training.loop.trainer import Trainer
from engine.training.records import keeping, runs


def launch(
    folder: Path,
    project: Project,
    *,
    name: str = "",
    monitor: bool = True,
    weights_from: str = "",
    parent: str = "",
) -> tuple[Trainer, runs.Run]:
    """Make the folder of a new run and what trains it.

    Args:
        folder: Where runs are kept.
        project: What to train, with all settings in it.
        name: Of the new folder; empty means a unique one.
        monitor: Measure histograms and norms.
        weights_from: Folder of a run whose weights are kept where they fit.
        parent: Folder of the run that it is to be compared with.

    Raises:
        EngineError: When it can't be trained; no folder is left then.
    """
    existed = is_there(folder / name) if name else False
    run = runs.create(folder, project, name=name)
    try:
        told = {runs.KEPT_FROM: weights_from, runs.PARENT: Path(parent).name}
        if known := {name: value for name, value in told.items() if value}:
            run.update(**known)
        return Trainer(project, run=run, monitor=monitor), run
    except (EngineError, OSError):
        with suppress(EngineError):
            run.close()
        keeping.discard(run.folder, whole=not existed)
        raise
