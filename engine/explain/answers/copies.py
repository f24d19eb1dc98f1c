"""Copies of a training to look at, whatever it is now: running, over, not begun."""

from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from engine.data.own.resolving import resolved
from engine.graph.files import serialize
from engine.training.loop.trainer import Trainer
from engine.training.machine import rng_state
from engine.training.parts import snapshot, state
from engine.training.parts.assembly import Assembly, assemble
from engine.training.parts.snapshot import Position
from engine.training.records import checkpoint_file
from engine.training.records.runs import Run, open_run


class Copy(NamedTuple):
    """A training of its own between two steps; torch's random numbers are its own too.

    Args:
        parts: All it consists of.
        position: How far it is.
        random: Torch's random state, to be put in place while it is used.
        folder: Of the run that it is of; a document has none.
    """

    parts: Assembly
    position: Position
    random: dict[str, Tensor]
    folder: Path | None = None


def of_trainer(trainer: Trainer, run: Run) -> Copy:
    """Return a copy of a training between two of its steps.

    Args:
        trainer: Only read.
        run: Its folder, which has the document.

    Threads: the one that trains.
    """
    source = trainer.parts
    tensors, numbers = snapshot.take(source, trainer.position)
    kept = state.copied(tensors), numbers
    parts = assemble(run.project, str(source.device), source.seed)
    position = snapshot.put(parts, *kept)
    return Copy(parts, position, rng_state.state(parts.device), run.folder)


def of_run(folder: Path) -> Copy:
    """Return the newest checkpoint of a run, whose folder is only read.

    Raises:
        EngineError: When it is none, or has no sound checkpoint.
    """
    run = open_run(folder)
    loaded = run.load_checkpoint()
    if loaded is None:
        raise checkpoint_file.missing(folder)
    parts = assemble(run.project, "cpu", int(run.info.get("seed", 0)))
    position = snapshot.put(parts, *loaded)
    return Copy(parts, position, rng_state.state(parts.device), folder)


def of_document(text: str) -> Copy:
    """Return a project before its first step.

    Args:
        text: Of its file.

    Raises:
        EngineError: When it can't be trained.
    """
    project = resolved(serialize.loads(text))
    trainer = Trainer(project, device="cpu", monitor=False)
    random = rng_state.state(trainer.parts.device)
    return Copy(trainer.parts, trainer.position, random)
