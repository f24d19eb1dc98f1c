"""Trains a run again on new data, and judges both on what neither was trained on."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine.data.intake import inputs
from engine.data.intake.loading import tokens_of
from engine.data.own import choice, content
from engine.data.readers.media.media import Light
from engine.data.readers.table import open_source
from engine.errors import DataError, EngineError, TrainingError
from engine.evaluate import standing_in
from engine.evaluate.retraining import drift, exchange, verdict
from engine.evaluate.retraining.drift import Drift
from engine.evaluate.retraining.verdict import Duel
from engine.evaluate.subject import Subject
from engine.graph.model import Project
from engine.graph.scopes import scoped_nodes
from engine.graph.weights import own_path
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.spec import Params, Value
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from engine.training.records.runs import Run

BEFORE = "retrained_from"
"""Field of `run.json`: name of the folder of the run that this one goes on from."""
Drive = Callable[[Trainer], None]
"""Makes all steps of a trainer."""


@dataclass(frozen=True)
class Wanted:
    """How to train again.

    Args:
        from_scratch: With new weights, and all steps of the preparation fitted anew.
        keep_better: The better of the two stands in the place of the run afterwards.
        out: Folder for the new run; None is one beside the run.
        steps: Length; 0 is that of the run.
    """

    from_scratch: bool = False
    keep_better: bool = False
    out: Path | None = None
    steps: int = 0


@dataclass(frozen=True)
class Retrained:
    """What came of it.

    Args:
        kept: `new` or `old`: which is better.
        why: In a sentence.
        run: Folder of the better one.
        other: Folder of the other one; None where it was not kept.
        rows: Of the new data.
        extra: Columns of the new data that the run doesn't read.
        drifts: How its columns have moved.
        duels: Both runs on the new and on the old data.
        notes: What could not be done, in sentences.
    """

    kept: str
    why: str
    run: Path
    other: Path | None
    rows: int
    extra: tuple[str, ...]
    drifts: tuple[Drift, ...]
    duels: tuple[Duel, ...]
    notes: tuple[str, ...]


def retrain(folder: Path, file: Path, wanted: Wanted, drive: Drive) -> Retrained:
    """Train a run again on a file, judge both, and perhaps keep the better one.

    The old run stands in its place, whole, until the new one has been judged better.

    Args:
        folder: Of the run.
        file: New data of the same kind: all that the run reads must be there.
        wanted: How.
        drive: Makes the steps.

    Raises:
        DataError: When the new data can't be read or lacks what the run reads.
        TrainingError: When the run tells no steps, or the training fails.
    """
    folder = folder.resolve()
    before = Subject(folder, data=file)  # refuses what doesn't fit, at once
    (now,) = before.datasets()[:1]
    path, params = _node(before.run)
    seen = before.run.info.get("seen")
    moved = drift.drifts(dict(seen or {}).get(path), now)
    project = _project(before.run, file, wanted)
    place = wanted.out.resolve() if wanted.out else exchange.candidate(folder)
    kept_from = "" if wanted.from_scratch else str(folder)
    trainer, run = launch(
        place.parent, project, name=place.name, weights_from=kept_from
    )
    try:
        drive(trainer)
        run.close()
        _check_ending(trainer, run)
        run.update(**{runs.KEPT_FROM: "", BEFORE: folder.name})
        duels, notes = _duels(before.run, runs.open_run(place))
        is_better, why = verdict.decided(duels)
        told = _settled(folder, place, is_better, wanted)
    except BaseException:
        if not wanted.out:
            exchange.remove(place)
        raise
    return Retrained(
        "new" if is_better else "old",
        why,
        *told,
        _count(params, file),
        tuple(_extra(params, file)),
        moved,
        duels,
        notes,
    )


def _settled(
    folder: Path, place: Path, is_better: bool, wanted: Wanted
) -> tuple[Path, Path | None]:
    """Let the better one stand where the run stands; return both folders."""
    if not wanted.keep_better:
        if not wanted.out:
            shown = folder.with_name(place.name.lstrip("."))
            place.rename(shown)
            place = shown
        return (place, folder) if is_better else (folder, place)
    if is_better:
        return folder, exchange.take_place(place, folder)
    if wanted.out:
        return folder, place
    exchange.remove(place)
    return folder, None


def _check_ending(trainer: Trainer, run: Run) -> None:
    ending = trainer.ending
    if ending is not None and ending.kind == "diverged":
        raise TrainingError(ending.text.rstrip("."), where=str(run.folder))
    if ending is None or ending.kind == "stopped":
        raise KeyboardInterrupt


def _node(run: Run) -> tuple[str, Params]:
    """Return path and params of the own data of a run."""
    return next(
        (path, node.params)
        for path, _, node in scoped_nodes(run.project)
        if own_path(node)
    )


def _project(run: Run, file: Path, wanted: Wanted) -> Project:
    """Return what is trained: the network of a run on the new data."""
    project = standing_in.with_data(run, "train", file)
    for _, scope, node in list(scoped_nodes(project)):
        if own_path(node):
            more: dict[str, Value] = {
                "rows": _count(node.params, file),
                "sha256": content.sha256(file),
            }
            if wanted.from_scratch:
                more["fitted"] = ()
            params = {**node.params, **more}
            project.scope(scope).replace_node(replace(node, params=params))
    if wanted.steps:
        project.training = project.training.with_value("steps", wanted.steps)
    return project


def _count(params: Params, file: Path) -> int:
    """Return the rows of a file, or the tokens of a text."""
    settings = choice.settings(
        {**params, "path": str(file), "sha256": "", "fitted": ()}
    )
    assert settings is not None
    if own.sample_of(params) == "text":
        return len(tokens_of(settings, file))
    source = open_source(file, inputs.reading(dict(choice.pairs(params)), file))
    plain = source.light() if isinstance(source, Light) else source
    return sum(len(batch) for batch in plain.batches())


def _extra(params: Params, file: Path) -> list[str]:
    """Return the columns of a file that a run doesn't know."""
    known = {column.name for column in own.columns(params)}
    source = open_source(file, inputs.reading(dict(choice.pairs(params)), file))
    return [column.name for column in source.columns if column.name not in known]


def _duels(old: Run, new: Run) -> tuple[tuple[Duel, ...], tuple[str, ...]]:
    """Judge both runs on the new data, and on the old where it is still there."""
    made: list[Duel | None] = []
    notes: list[str] = []
    challenger = Subject(new.folder)
    champion = Subject(old.folder, project=standing_in.on_data_of(old, new))
    veteran = None
    with suppress(EngineError):
        veteran = Subject(old.folder)
    theirs = veteran.datasets() if veteran else ()
    made.append(verdict.duel("new", champion, challenger, theirs))
    notes += verdict.strange_labels(champion)
    if veteran is None:
        notes.append(
            tr("The old data is not there any more: only the new was judged on.")
        )
    else:
        project = standing_in.on_data_of(new, old)
        with suppress(DataError):
            pupil = Subject(new.folder, project=project)
            made.append(verdict.duel("old", veteran, pupil, challenger.datasets()))
    return tuple(each for each in made if each is not None), tuple(notes)
