"""The weights that a run began with and has kept, for those that a step moves."""

from pathlib import Path

from torch import Tensor

from engine.compile.program import compile_project
from engine.explain.trace.held import Held
from engine.folder import account
from engine.training.parts.assembly import Assembly
from engine.training.records.runs import open_run

Weights = list[Tensor]


def earlier(held: Held, parts: Assembly, folder: Path | None) -> list[Weights]:
    """Return the phase's weights at each time that is known, from the first to now.

    Args:
        held: A step.
        parts: Of the training that it belongs to.
        folder: Of the run; a document or another place has no history.

    Raises:
        EngineError: When weights that the run has kept can't be read.
    """
    if folder is None or not (folder / account.FILE).is_file():
        return []
    names = {id(w): name for name, w in parts.program.modules.named_parameters()}
    run = open_run(folder)
    start = compile_project(run.project, seed=parts.seed).modules
    known = dict(start.named_parameters())
    found = [[known[names[id(w)]].detach() for w in held.run.parameters]]
    for entry in reversed(account.kept(run.info)):
        kept = open_run(folder, entry.step).load_weights(averaged=False)
        found.append([kept[names[id(w)]] for w in held.run.parameters])
    return found
