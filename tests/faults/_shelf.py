"""A folder of runs with every file that there can be, and what is told of it.

What a damaged copy tells is equal to the truth, less, or has its damage named.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.bench.sweep import journal, telling
from engine.bench.sweep.journal import Journal, Plan, Trial
from engine.errors import EngineError
from engine.files import atomic_write
from engine.folder import account, recent
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.graph.sweep.space import Axis
from engine.protocol.bench.sweep import SweepTold
from engine.protocol.findings import Evidence, Finding
from engine.protocol.listing import commands
from engine.protocol.messages import View
from engine.protocol.past_runs import OpenedRun, RunMarks, RunSummary
from engine.protocol.wire import encoding, finding_records
from engine.training.listing import branch, index, marks, trash
from engine.training.listing.shelf import Shelf
from engine.training.loop.trainer import Trainer
from engine.training.records import past_runs, runs, view_file
from tests.training.projects import mlp, phase

STEPS, _EVERY = 60, 20
RUN, OTHER, GONE, SWEEPS, SWEEP = (
    "20260101-a",
    "20260102-b",
    "20260103-c",
    "sweeps",
    "s",
)
_FINDING = Finding(
    "plateau", "It stands still", "Nothing has got better.", "Take another rate.", "x",
    ("hidden",), (Evidence("gain", 0.001, "≤", 0.01),),
    (Fix("Set the rate", (Assign(("lr=0.1",)),)),), 40,
)  # fmt: skip

_TOLD = ("document", "state", "step", "layers", "layer_phases", "goals", "baselines",
         "findings", "created", "changes", "device", "threads")  # fmt: skip


class Truth(NamedTuple):
    """What a sound folder tells.

    Args:
        opened: Of its run.
        views: That the run keeps.
        listed: All runs by name.
        sweeps: The one sweep.
    """

    opened: OpenedRun
    views: dict[tuple[str, int], bytes]
    listed: Mapping[str, RunSummary]
    sweep: SweepTold


def made(folder: Path) -> Path:
    """Return a folder with a run as a killed process leaves it, and all else.

    There are a branch of it, one in the trash, marks, an index, and a sweep.
    """
    shelf = folder / "sound"
    shelf.mkdir()
    _killed(folder, shelf / RUN)
    for name in (OTHER, GONE):
        made_ = branch.branch(shelf / RUN, _EVERY)
        made_.folder.rename(shelf / name)
    for name in (RUN, OTHER):
        said = RunMarks(f"named {name}", ("good", "late"), True, "a\nnote")
        marks.write(shelf / name, said)
    trash.discard(shelf, [GONE])
    _sweep(shelf / SWEEPS / SWEEP)
    _listed(shelf)
    assert (shelf / index.FILE).is_file()
    return shelf


def _project() -> Project:
    return mlp(phase("adam"), steps=STEPS + 20, evaluate_every=10)


def _killed(folder: Path, to: Path) -> None:
    """Make a run with curves still in their log, views and a finding."""
    run = runs.create(folder, _project(), name="whole")
    trainer = Trainer(run.project, run=run)
    trainer.recorder.checkpoint_every_steps = _EVERY
    run.update(**{finding_records.FIELD: [finding_records.record_of(_FINDING)]})
    steps = trainer.steps()
    for _ in steps:
        if trainer.at_border and trainer.step >= STEPS:
            break
    trainer.recorder.commit()
    trainer.recorder.settle()
    shutil.copytree(run.folder, to)
    steps.close()
    records = [view_file.packed(_view(step)) for step in (10, 20, 30, 40)]
    (to / view_file.FILE).write_bytes(b"".join(records))


def _view(step: int) -> View:
    grid_HW = np.full((6, 8), step, np.float32)
    return View("inside:rank", "rank", step, {"values": grid_HW}, {"axes": ("a", "é")})


def _sweep(folder: Path) -> None:
    folder.mkdir(parents=True)
    axes = (Axis("lr", (), 1e-4, 1e-1, True), Axis("batch_size", (8, 16)))
    project = _project()
    plan = Plan(axes, "random", 8, "loss", False)
    text = serialize.dumps(project).encode()
    atomic_write(folder / journal.PROJECT, text)
    trials = [
        Trial(number, {"lr": 0.01 * (number + 1), "batch_size": 8}, "done",
              1 / (number + 1), [(10, 1.0), (20, 1 / (number + 1))], 2.5)
        for number in range(6)
    ]  # fmt: skip
    trials.append(Trial(6, {"lr": 0.07, "batch_size": 16}))
    Journal(folder, plan, trials, hashlib.sha256(text).hexdigest()).write()


def kind(path: Path) -> str:
    """Return which file of which part a path is, without its own name."""
    name = "*.safetensors" if path.suffix == ".safetensors" else path.name
    return f"{trash.FOLDER}/{name}" if trash.FOLDER in path.parts else name


def truth(shelf: Path) -> Truth:
    """Return what a sound folder tells."""
    opened, curves = past_runs.told(str(shelf / RUN))
    assert opened.findings == (_FINDING,)
    assert len(curves.views) == 4
    assert not opened.damage
    (sweep,) = telling.sweeps(shelf / SWEEPS).sweeps
    return Truth(opened, _by_step(curves.views), _listed(shelf), sweep)


def _by_step(views: tuple[View, ...]) -> dict[tuple[str, int], bytes]:
    return {(each.node, each.step): encoding.encode(each) for each in views}


def _listed(shelf: Path) -> dict[str, RunSummary]:
    desk, found = Shelf(), dict[str, RunSummary]()
    part = desk.part(commands.ListRuns(str(shelf)))
    while part.runs:  # one part has no time for all
        found |= {each.run: each for each in part.runs}
        part = desk.part(commands.ListRuns(str(shelf), len(found)))
    return found


def faults_of(
    shelf: Path, part: Path, whole: Truth, *, is_sound: bool
) -> Iterator[str]:
    """Yield what is wrong with what a damaged folder tells.

    Args:
        shelf: A copy of the sound one.
        part: The file that was damaged.
        whole: What the sound one tells.
        is_sound: Its sums are right: it may say something else.
    """
    checks = (_of_list, _of_run, _of_sweeps, _of_uses)
    for check in checks:
        try:
            yield from check(shelf, part, whole, is_sound)
        except Exception as error:  # noqa: BLE001 - what is looked for
            yield f"{check.__name__}: {type(error).__name__}: {error!s:.200}"


def _of_list(shelf: Path, part: Path, whole: Truth, is_sound: bool) -> Iterator[str]:
    found = _listed(shelf)
    encoding.encode(tuple(found.values()))
    [*recent.newest(shelf, 9)]
    for name, summary in whole.listed.items():
        inside = shelf / name in part.parents
        if name not in found:
            if not (inside and part.name == account.FILE):
                yield f"{name} is not listed"
        elif not inside and not is_sound and _words(found[name]) != _words(summary):
            yield f"{name} is told otherwise: {found[name]}"
        elif not is_sound and found[name].marks not in (summary.marks, RunMarks()):
            yield f"marks are others: {found[name].marks}"


def _words(summary: RunSummary) -> list[Any]:
    """Return what a list says of a run, but how it differs from the one before."""
    left_out = ("changed", "parent")
    return [repr(v) for k, v in vars(summary).items() if k not in left_out]


def _of_run(shelf: Path, part: Path, whole: Truth, is_sound: bool) -> Iterator[str]:
    try:
        opened, curves = past_runs.told(str(shelf / RUN))
    except EngineError as error:
        if part != shelf / RUN / account.FILE:
            yield f"not opened: {error}"
        return
    encoding.encode(opened)
    for number in range(past_runs.num_parts(curves)):
        encoding.encode(past_runs.part_of(curves, opened.run, number))
    if not is_sound:
        yield from _of_told(opened, curves.views, part, whole)


def _of_told(
    opened: OpenedRun, seen: tuple[View, ...], part: Path, whole: Truth
) -> Iterator[str]:
    views = _by_step(seen)
    if not views.items() <= whole.views.items():
        yield "views are others"
    if part.name != view_file.FILE and len(views) < len(whole.views):
        yield "views are missing"
    for name in _TOLD:
        told = getattr(opened, name)
        if told != getattr(whole.opened, name) and not opened.damage:
            yield f"{name} is another, and nothing is said: {told!s:.80}"


def _of_sweeps(shelf: Path, part: Path, whole: Truth, is_sound: bool) -> Iterator[str]:
    found = telling.sweeps(shelf / SWEEPS)
    encoding.encode(found)
    is_hit = part.parent == shelf / SWEEPS / SWEEP
    if not found.sweeps:
        if not is_hit or (not found.refused and part.name != journal.FILE):
            yield "the sweep is missing, and nothing is said"
    elif not is_sound:
        (told,) = found.sweeps
        if (
            repr(told.trials) != repr(whole.sweep.trials)
            or told.names != whole.sweep.names
        ):
            yield f"the sweep is told otherwise: {told!s:.120}"


def _of_uses(shelf: Path, part: Path, _whole: Truth, _is_sound: bool) -> Iterator[str]:
    """Compare, mark, delete and bring back: each is done, or refused in words."""
    desk, place = Shelf(), str(shelf)
    pair = (RUN, OTHER)
    jobs = (
        lambda: desk.compared(commands.CompareRuns(place, pair)),
        lambda: desk.layers(commands.CompareLayers(place, pair)),
        lambda: desk.kept(commands.ListKept(str(shelf / RUN))),
        lambda: desk.mark(commands.MarkRun(place, RUN, RunMarks("new"))),
        lambda: branch.branch(shelf / RUN, _EVERY),
        lambda: desk.weigh(commands.WeighTrash(place, 0)),
        lambda: desk.restore(commands.RestoreRuns(place, (GONE,))),
        lambda: desk.discard(commands.DiscardRuns(place, (GONE,)), ""),
    )
    for number, job in enumerate(jobs):
        try:
            told = job()
        except EngineError as error:
            if not {RUN, OTHER} & {*part.parts}:
                yield f"job {number} is refused: {error}"
        else:
            if not isinstance(told, runs.Run):
                encoding.encode(told)
    is_lost = part == shelf / RUN / account.FILE
    if not is_lost and marks.read(shelf / RUN).name != "new":
        yield "marks are not written"
