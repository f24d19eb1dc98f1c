"""Makes the views of a training: what view nodes show, while the weights move.

The samples are the validation part, the same ones each time. Nothing here leaves a
trace in the training: eval mode, no gradients, and torch's random states as before.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.compile.program import Program
from engine.errors import TrainingError
from engine.i18n import tr
from engine.layers.spec import Value
from engine.measure.views import cell
from engine.measure.views.budget import ViewBudget
from engine.measure.views.scene import Drawing, Scene
from engine.measure.views.table import VIEWS
from engine.protocol.frame import View
from engine.training.evaluation import Weights
from engine.training.feeds import Batch, Feeds, spans
from engine.training.portions import Portion, portions
from engine.training.viewed import Viewed, quietly

if TYPE_CHECKING:
    from torch import Tensor

Draw = Callable[[Scene], Drawing]
MOST_SAMPLES = 10_000
"""Of a larger validation part the first ones are looked at."""
BATCH_SIZE = 256
_FAILURES = (RuntimeError, ValueError, IndexError)


class Viewing:
    """Makes the views of a program when their budget allows.

    Args:
        program: Compiled, on its device.
        feeds: Where the samples come from.
        half: Compute in bf16 where that is sound.
        enabled: False makes nothing, ever.
        clock: Seconds; another one in tests.
        looked_at: Puts the weights to show in place, and the others back.

    Attributes:
        watched: Somebody looks: views are made by themselves when they are due.
        log: Lines about views that can't be shown; the owner empties it.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        program: Program,
        feeds: Feeds,
        *,
        half: bool = False,
        enabled: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        looked_at: Weights = nullcontext,
    ) -> None:
        self.budget = ViewBudget(clock)
        self.log: list[str] = []
        self.watched = False
        self._program, self._feeds, self._clock = program, feeds, clock
        self._half, self._looked_at = half, looked_at
        self._made: dict[str, View] = {}
        self._made_at = -1
        paths = program.evaluation.views if enabled else ()
        self._all = {path: Viewed.of(program, path) for path in paths}
        self._nodes = list(self._all.values())
        self._portions = portions(program.evaluation, feeds, paths)

    def due(self, step: int) -> bool:
        """Return whether somebody looks and new views are allowed and needed.

        Args:
            step: Steps made; views that show it already are not made again.
        """
        wanted = self.watched and bool(self._nodes) and self._made_at != step
        return wanted and self.budget.due()

    @property
    def has_news(self) -> bool:
        """Whether `take` has something to tell."""
        return bool(self._made)

    def take(self) -> tuple[View, ...]:
        """Return the views made since the last call, the newest of each node."""
        made = tuple(self._made.values())
        self._made = {}
        return made

    def make(self, step: int) -> Iterator[None]:
        """Make all views of the present weights; yields after each batch.

        Args:
            step: Steps made; does nothing when the views show it already.
        """
        if self._made_at == step or not self._nodes:
            return
        self._made_at, spent = step, 0.0
        for portion in self._portions:
            nodes = [node for node in self._nodes if node.node.path in portion.ends]
            first: Batch = {}
            for node in nodes:
                node.forget()
            for batch in self._batches(portion):
                first = first or batch
                start = self._clock()
                self._collect(portion, nodes, batch)
                spent += self._clock() - start
                yield
            for node in nodes:
                start = self._clock()
                self._draw(node, step, first)
                spent += self._clock() - start
                yield
        self.budget.spent(spent)

    def sizes(self) -> list[int]:
        """Return the samples of all that making the views consists of.

        Batches first, then 0 for each drawing, for one size of data after the other.
        """
        sizes: list[int] = []
        for portion in self._portions:
            shown = min(portion.extent.num_evaluated, MOST_SAMPLES)
            sizes += [stop - start for start, stop in spans(shown, BATCH_SIZE)]
            sizes += [0] * len(portion.ends)
        return sizes

    def _batches(self, portion: Portion) -> Iterator[Batch]:
        seen = 0
        batches = self._feeds.validation_batches(BATCH_SIZE, portion.extent)
        for size, batch in batches:
            yield batch
            seen += size
            if seen >= MOST_SAMPLES:
                return

    def _collect(self, portion: Portion, nodes: list[Viewed], batch: Batch) -> None:
        with self._quietly(batch):
            found: Mapping[str, tuple[Tensor, ...]] = portion.run(batch)
        for node in nodes:
            node.collect(found[node.node.path], batch)

    def _draw(self, node: Viewed, step: int, first: Batch) -> None:
        """Make one view; a node that can't be drawn is left out from now on."""
        try:
            view = self._drawn(node, step, first, VIEWS[node.node.type])
        except _FAILURES as error:
            self._nodes.remove(node)
            self.log.append(_complaint(node, error))
        else:
            self._made[node.node.path] = view

    def _drawn(self, node: Viewed, step: int, first: Batch, draw: Draw) -> View:
        """Return a view of what was collected, and forget that."""
        path, kind = node.node.path, node.node.type
        try:
            with self._quietly(first), np.errstate(all="ignore"):
                arrays, words = draw(node.scene(first))
        finally:
            node.forget()
        return View(path, kind, step, arrays, words)

    @contextmanager
    def _quietly(self, batch: Batch) -> Iterator[None]:
        """Run the network without a trace, with the weights to show."""
        with self._looked_at(), quietly(self._program, batch, half=self._half):
            yield

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all views."""
        return tuple(self._all)

    def change(self, path: str, params: Mapping[str, Value]) -> None:
        """Set params of a view from now on.

        Raises:
            EngineError: When there is no such view, or it can't have these params.
        """
        self._known(path).change(params)

    def look(self, path: str, step: int) -> Generator[None, None, View]:
        """Make one view now, whatever the budget; yields after each batch.

        Raises:
            EngineError: When there is no such view, or it can't be shown.
        """
        node = self._known(path)
        return (yield from self._one(node, step, VIEWS[node.node.type]))

    def cell(
        self, path: str, step: int, right: int, answer: int
    ) -> Generator[None, None, View]:
        """Return the samples in a cell of a confusion matrix, the worst first.

        Args:
            path: Of the matrix.
            step: Steps made.
            right: Their class.
            answer: The class that the network gives them.

        Raises:
            EngineError: When there is no such matrix, or it can't be shown.
        """
        node = self._known(path)
        if node.node.type != "confusion_matrix":
            raise TrainingError(
                tr("“{node}” is no confusion matrix", node=node.node.place)
            )
        found = yield from self._one(
            node, step, partial(cell.draw, right=right, answer=answer), samples=True
        )
        return replace(found, kind=cell.KIND)

    def _one(
        self, node: Viewed, step: int, draw: Draw, *, samples: bool = False
    ) -> Generator[None, None, View]:
        node.forget()
        first: Batch = {}
        path = node.node.path
        portion = next(each for each in self._portions if path in each.ends)
        for batch in self._batches(portion):
            first = first or batch
            with self._quietly(batch):
                node.collect(node.part.run(batch), batch, samples=samples)
            yield
        try:
            return self._drawn(node, step, first, draw)
        except _FAILURES as error:
            raise TrainingError(_complaint(node, error)) from error

    def _known(self, path: str) -> Viewed:
        if path not in self._all:
            raise TrainingError(tr("There is no view “{node}” in this run", node=path))
        return self._all[path]


def _complaint(node: Viewed, error: Exception) -> str:
    reason = str(error).partition("\n")[0]
    return tr(
        "View “{node}” can't be shown: {reason}", node=node.node.path, reason=reason
    )
