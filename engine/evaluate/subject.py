"""Runs whose weights are in place, judged alone or one against another."""

from pathlib import Path

import numpy as np

from engine.data import catalog
from engine.data.catalog import Dataset
from engine.errors import TrainingError
from engine.evaluate import standing_in
from engine.evaluate.answers import Chosen, Given, examinations
from engine.evaluate.figures import comparison
from engine.evaluate.judging import judged
from engine.evaluate.report import Compared, Report
from engine.graph.model import Project
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.arrays import Floats
from engine.protocol.baselines import Baseline
from engine.training.baselines import baselines as lazy
from engine.training.evaluation.evaluation import Tally
from engine.training.parts import snapshot
from engine.training.parts.assembly import assemble
from engine.training.records import checkpoint_file
from engine.training.records.runs import open_run


class Subject:
    """A run with its weights in place; its folder is only read.

    Args:
        folder: Of the run.
        from_step: Of the kept checkpoint; −1 is the newest.
        data: Own data of the same kind that it is judged on instead, all of it new.
        blank: It is only asked about other samples: where the run tells its steps, the
            data that it was trained on need not be there any more.
        project: The same network with other data; see `standing_in`.

    Attributes:
        data: Name of the other data; empty where it is its own.

    Raises:
        EngineError: When it is none, has no sound checkpoint, or the data is not there.
    """

    def __init__(
        self,
        folder: Path,
        from_step: int = -1,
        *,
        data: Path | None = None,
        blank: bool = False,
        project: Project | None = None,
    ) -> None:
        self.run, self.data = open_run(folder, from_step), data.name if data else ""
        loaded = self.run.load_checkpoint()
        if loaded is None:
            raise checkpoint_file.missing(folder)
        seed = int(self.run.info.get("seed", 0))
        if data or (blank and standing_in.can_stand_in(self.run)):
            project = standing_in.with_data(
                self.run, "judge" if data else "shapes", data
            )
        if project is not None:
            self.parts = assemble(project, "cpu", seed)
            self.position = snapshot.put_weights(self.parts, *loaded)
        else:
            self._check_places()
            self.parts = assemble(self.run.project, "cpu", seed)
            self.position = snapshot.put(self.parts, *loaded)
        self.step = self.position.step

    @property
    def name(self) -> str:
        """Title of the project."""
        return self.run.project.name

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self.run.folder)

    def _check_places(self) -> None:
        if places := self.run.places:
            raise TrainingError(
                tr("The run names data and doesn't tell what it was"),
                where=str(self.run.folder),
                expected=tr("the SHA-256 of its content"),
                got=", ".join(places),
                fix=tr("Train again; the new run tells it."),
            )

    def report(self) -> Report:
        """Return all that is found out."""
        evaluator = self.parts.evaluator
        tally = Tally(evaluator)
        for piece in evaluator.validation():
            tally.add(piece)
        extent = self.parts.feeds.extent()
        titles = {path: self.title(path) for path in evaluator.names}
        with self.parts.averaged.in_place():
            found = [
                judged(titles[path], each, has_training=not self.data)
                for path, each in examinations(self.parts).items()
            ]
        return Report(
            name=self.run.project.name,
            run=self.run.folder.resolve().name,
            step=self.step,
            data=self.data,
            is_new=evaluator.has_validation,
            num_train=extent.num_train,
            num_evaluated=extent.num_evaluated,
            scores=tally.values(),
            titles=titles,
            baselines=self._baselines(),
            judged=tuple(found),
        )

    def datasets(self) -> tuple[Dataset, ...]:
        """Return the data sets that it is judged on."""
        nodes = self.parts.program.nodes
        return tuple(catalog.load(n.params) for n in nodes if n.type == "data")

    def title(self, path: str) -> str:
        """Return what the canvas calls a node."""
        return path_title(self.run.project, path)

    def _baselines(self) -> dict[str, Baseline]:
        if self.data:  # of this data itself: what an answer without looking reaches
            return lazy.found(self.parts)
        kept = baselines.read(self.run.info.get(baselines.FIELD))
        return kept or lazy.found(self.parts)

    def answers(self) -> dict[str, Chosen | Given]:
        """Return what is answered on the part that is judged, by path of the loss."""
        with self.parts.averaged.in_place():
            return {path: one.ask() for path, one in examinations(self.parts).items()}


def compare(first: Subject, second: Subject) -> tuple[Compared, ...]:
    """Compare two runs loss by loss.

    Raises:
        TrainingError: When they were not judged on the same samples.
    """
    one, two = first.answers(), second.answers()
    made = []
    for path in one.keys() & two.keys():
        mine, other = one[path], two[path]
        name = first.title(path)
        if isinstance(mine, Chosen) and isinstance(other, Chosen):
            _check(np.array_equal(mine.labels, other.labels))
            made.append(_of_choices(name, mine, other))
        elif isinstance(mine, Given) and isinstance(other, Given):
            _check(np.array_equal(mine.targets, other.targets))
            better = comparison.difference(_errors(other), _errors(mine))
            made.append(Compared(name, None, better))
    _check(bool(made))
    return tuple(made)


def _errors(found: Given) -> Floats:
    errors: Floats = np.abs(found.answers - found.targets).mean(1)
    return errors


def _of_choices(name: str, mine: Chosen, other: Chosen) -> Compared:
    if mine.places > 1:  # places of one sample hang together: it counts once
        shares = [found.right_of_samples for found in (mine, other)]
        counts = np.isfinite(shares[0])
        better = comparison.difference(shares[0][counts], shares[1][counts])
        return Compared(name, None, better)
    mine, other = mine.counted, other.counted
    split = comparison.mcnemar(mine.right, other.right)
    better = comparison.difference(mine.right.astype(float), other.right.astype(float))
    return Compared(name, split, better)


def _check(is_same: bool) -> None:
    if not is_same:
        raise TrainingError(
            tr("The two runs were not judged on the same samples"),
            expected=tr("the same loss, data set and split"),
            fix=tr("Compare runs of one project."),
        )
