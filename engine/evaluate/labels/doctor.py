"""Trains this very network once for each fold, and asks it about what it never saw.

Axes: N samples, C classes, E epochs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.data import catalog
from engine.data.split import folds
from engine.errors import TrainingError
from engine.evaluate.answers import Chosen, Examination, examinations
from engine.evaluate.labels import confident
from engine.graph.model import Project
from engine.graph.scopes import scoped_nodes
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.training.loop.trainer import Trainer
from engine.training.records.runs import Run

FOLDS = 4
_MOST_EPOCHS = 200
Told = Callable[[float], object]
"""Takes how much is done, 0 to 1."""


@dataclass(frozen=True)
class Diagnosed:
    """Of every sample of a data set, training and validation part together.

    Args:
        names: Of the classes.
        labels: As they stand (N,).
        shares: Of networks that never saw the sample (N, C).
        rows: Number of the sample in the file, from 0; in the set where it is none.
        suspects: Samples whose label is probably wrong, the surest first.
        mean: Of the probability of the label over the epochs, while it trained (N,).
        spread: Its standard deviation.
        forgotten: How often a right answer became wrong from one epoch to the next.
        content: SHA-256 of the file that the samples are from; empty for none.
    """

    names: tuple[str, ...]
    labels: Ints
    shares: Floats
    rows: Ints
    suspects: Ints
    mean: Floats
    spread: Floats
    forgotten: Ints
    content: str

    @property
    def proposed(self) -> Ints:
        """The most probable class of each sample (N,)."""
        found: Ints = self.shares.argmax(1)
        return found


def diagnose(
    run: Run, count: int = FOLDS, told: Told = lambda _share: None
) -> Diagnosed:
    """Find labels that are probably wrong in the data that a run was trained on.

    Args:
        run: Only read; the same network is trained again, once for each fold.
        count: Folds.
        told: Takes how much is done.

    Raises:
        EngineError: When its answers are no single classes, or it can't be trained.
    """
    project, path = run.project, _path(run.project)
    params = next(n.params for p, _, n in scoped_nodes(project) if p == path)
    dataset = catalog.load(params)
    if "label" not in dataset.train:
        raise _no_label()
    labels = np.concatenate([dataset.train["label"], dataset.validation["label"]])
    place, total = folds(labels, count), len(labels)
    shares: Floats = np.zeros((0, 0))
    tracks = [_Track(total) for _ in range(count)]
    names: tuple[str, ...] = ()
    for fold in range(count):
        trainer = Trainer(_folded(project, path, count, fold), monitor=False)
        asked = _asked(trainer)
        held, rest = np.flatnonzero(place == fold), np.flatnonzero(place != fold)
        for share in _trained(trainer, asked, rest, tracks[fold]):
            told((fold + share) / count)
        with trainer.parts.averaged.in_place():
            found = _chosen(asked.ask())
        names = found.names
        shares = shares if len(shares) else np.full((total, len(names)), np.nan)
        shares[held[: found.samples]] = found.shares
    known = np.isfinite(shares.sum(1))
    filled = np.where(known[:, None], shares, 1 / max(1, shares.shape[1]))
    rows = np.concatenate(dataset.origin) if dataset.origin else np.arange(total)
    mean, spread, forgotten = _mapped(tracks)
    found_ = confident.suspects(labels, filled)
    return Diagnosed(
        names, labels, filled, rows, found_[known[found_]], mean, spread, forgotten,
        dataset.settings.own.content if dataset.settings.own else "",
    )  # fmt: skip


def _path(project: Project) -> str:
    nodes = [path for path, _, node in scoped_nodes(project) if node.type == "data"]
    if len(nodes) != 1:
        raise TrainingError(
            tr("Labels are judged for networks with one data node"), got=len(nodes)
        )
    return nodes[0]


def _folded(project: Project, path: str, count: int, fold: int) -> Project:
    """Return the project with one fold apart."""
    twin = project.copy()
    for each, scope, node in list(scoped_nodes(project)):
        if each == path:
            params = {**node.params, "fold": ((count, fold),)}
            twin.scope(scope).replace_node(replace(node, params=params))
    return twin


def _asked(trainer: Trainer) -> Examination:
    for asked in examinations(trainer.parts).values():
        target = dict(asked.node.inputs)["target"]
        if asked.chooses and target.port == "label":
            return asked
    raise _no_label()


def _no_label() -> TrainingError:
    return TrainingError(
        tr("Labels are judged where a loss compares classes with the port “label”")
    )


def _chosen(found: object) -> Chosen:
    if isinstance(found, Chosen) and found.places == 1:
        return found
    raise TrainingError(tr("Labels are judged where a sample has one class"))


class _Track:
    """Probability of the label and right answers of one training, epoch by epoch."""

    def __init__(self, total: int) -> None:
        self.share: list[Floats] = []
        self.right: list[Floats] = []
        self._total = total

    def add(self, found: Chosen, rows: Ints) -> None:
        """Note what is answered to the training samples now."""
        share, right = np.full(self._total, np.nan), np.full(self._total, np.nan)
        share[rows] = found.shares[np.arange(len(rows)), np.maximum(found.labels, 0)]
        right[rows] = found.right
        self.share.append(share)
        self.right.append(right)


def _trained(
    trainer: Trainer, asked: Examination, rows: Ints, track: _Track
) -> Iterator[float]:
    """Train to the end and note every epoch; yield how much is done at each."""
    epoch, total = 0, max(1, trainer.parts.length.total_steps)
    for _ in trainer.steps():
        if int(trainer.epoch) > epoch and len(track.share) < _MOST_EPOCHS:
            epoch = int(trainer.epoch)
            track.add(_chosen(asked.ask_all_training()), rows)
            yield min(1.0, trainer.step / total)
    if not track.share:
        track.add(_chosen(asked.ask_all_training()), rows)
    yield 1.0


def _mapped(tracks: list[_Track]) -> tuple[Floats, Floats, Ints]:
    """Return mean and spread of the label's probability, and how often it was lost.

    Source: S. Swayamdipta et al., "Dataset cartography", 2020; M. Toneva et al., "An
        empirical study of example forgetting", 2019
    """
    share = np.concatenate([np.stack(track.share) for track in tracks])
    mean, spread = np.nanmean(share, 0), np.nanstd(share, 0)
    forgotten = np.zeros(share.shape[1])
    for track in tracks:
        right = np.stack(track.right)
        forgotten += np.nansum((right[:-1] == 1) & (right[1:] == 0), 0)
    return mean, spread, forgotten.astype(np.int64)
