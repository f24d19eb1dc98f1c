"""Makes the views of a training: what view nodes show, while the weights move.

The samples are the validation part, the same ones each time. Nothing here leaves a
trace in the training: eval mode, no gradients, and torch's random states as before.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
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
from engine.measure.views.subject import Drawing, Subject
from engine.measure.views.table import ASKING, VIEWS, shortened
from engine.measure.views.turns import Turns
from engine.protocol.messages import View
from engine.training.evaluation.evaluation import Weights
from engine.training.evaluation.evaluation_groups import (
    EvaluationGroup,
    evaluation_groups,
)
from engine.training.evaluation.feeds import Feeds, spans
from engine.training.evaluation.sources import Batch
from engine.training.views.node import ViewNode, quietly

if TYPE_CHECKING:
    from torch import Tensor

Draw = Callable[[Subject], Drawing]
MOST_SAMPLES = 10_000
"""Of a larger validation part the first ones are looked at."""
BATCH_SIZE = 256
FIRST_S = 0.05
_FIRST_SIZE, _FIRST_COUNTED = 8, 64
_COUNTING = frozenset({"confusion_matrix"})
"""Views that count samples and show none: their first ones may be any."""
"""Samples of a batch then: of a large network even these may take as long."""
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
        turns: Says which are due.
        spent_s: Seconds for views so far, but those that were asked for.
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
        self.spent_s = 0.0
        self._made: dict[str, View] = {}
        self._made_at: dict[str, int] = {}
        paths = program.evaluation.views if enabled else ()
        self._all = {path: ViewNode.of(program, path) for path in paths}
        self._nodes = list(self._all.values())
        self.turns = Turns(self.budget, paths, clock)
        self._groups = evaluation_groups(program.evaluation, feeds, paths)

    def due(self, step: int) -> bool:
        """Return whether somebody looks and new views are allowed and needed.

        Args:
            step: Steps made; views that show it already are not made again.
        """
        return (
            self.watched
            and bool(self.turns.due())
            and any(self._made_at.get(n.node.path) != step for n in self._nodes)
        )

    @property
    def has_news(self) -> bool:
        """Whether `take` has something to tell."""
        return bool(self._made)

    @property
    def waiting(self) -> tuple[View, ...]:
        """What `take` will return."""
        return tuple(self._made.values())

    def take(self) -> tuple[View, ...]:
        """Return the views made since the last call, the newest of each node."""
        made = self.waiting
        self._made = {}
        return made

    def make_due(self, step: int) -> Iterator[None]:
        """Make the views whose turn it is; yields after each batch."""
        return self.make(step, self.turns.due())

    def make(self, step: int, paths: Iterable[str] | None = None) -> Iterator[None]:
        """Make views of the present weights; yields after each batch.

        Args:
            step: Steps made; views that show it already are not made again.
            paths: Of the views; None means all. The first time they are made of as
                many samples as `FIRST_S` allows: nothing is learned yet.
        """
        wanted = self._all.keys() if paths is None else set(paths)
        chosen = [
            node
            for node in self._nodes
            if node.node.path in wanted and self._made_at.get(node.node.path) != step
        ]
        is_first = not any(node.node.path in self._made_at for node in chosen)
        is_quick = is_first and paths is not None
        self._made_at.update({node.node.path: step for node in chosen})
        before = self.spent_s
        for group in self._groups:
            nodes = [node for node in chosen if node.node.path in group.ends]
            if nodes:
                yield from self._make_some(group, nodes, step, is_quick=is_quick)
        self.budget.spent(self.spent_s - before)

    def _make_some(
        self,
        group: EvaluationGroup,
        nodes: list[ViewNode],
        step: int,
        *,
        is_quick: bool,
    ) -> Iterator[None]:
        """Make the views of one group, which share its way through the network."""
        first: Batch = {}
        before, seen = self.spent_s, 0
        for node in nodes:
            node.forget()
        only_asks = _only_ask(nodes)
        counts = is_quick and {node.node.type for node in nodes} <= _COUNTING
        size = _FIRST_SIZE if is_quick or only_asks else BATCH_SIZE
        size = _FIRST_COUNTED if counts else size
        for batch in self._batches(group, size, spread=counts):
            first = first or batch
            with self._timed():
                self._collect(group, nodes, batch)
            yield
            seen += len(next(iter(batch.values())))
            if only_asks or (is_quick and self.spent_s - before > FIRST_S):
                break
        whole = seen if only_asks else min(group.extent.num_evaluated, MOST_SAMPLES)
        together = (self.spent_s - before) * max(1.0, whole / seen) / len(nodes)
        for node in nodes:
            before = self.spent_s
            with self._timed():
                longer = self._draw(node, step, first, is_quick=is_quick)
            cost = together + longer * (self.spent_s - before)
            self.turns.spent(node.node.path, cost)
            yield

    @contextmanager
    def _timed(self) -> Iterator[None]:
        start = self._clock()
        try:
            yield
        finally:
            self.spent_s += self._clock() - start

    def sizes(self) -> list[int]:
        """Return the samples of all that making the views consists of.

        Batches first, then 0 for each drawing, for one size of data after the other.
        """
        sizes: list[int] = []
        for group in self._groups:
            shown = min(group.extent.num_evaluated, MOST_SAMPLES)
            batches = [stop - start for start, stop in spans(shown, BATCH_SIZE)]
            if _only_ask(self._all[path] for path in group.ends):
                batches = [stop - start for start, stop in spans(shown, _FIRST_SIZE)]
                del batches[1:]
            sizes += batches
            sizes += [0] * len(group.ends)
        return sizes

    def _batches(
        self, group: EvaluationGroup, most: int, *, spread: bool = False
    ) -> Iterator[Batch]:
        seen, feeds = 0, self._feeds
        get = feeds.spread_validation if spread else feeds.validation_batches
        batches = get(most, group.extent)
        for size, batch in batches:
            yield batch
            seen += size
            if seen >= MOST_SAMPLES:
                return

    def _collect(
        self, group: EvaluationGroup, nodes: list[ViewNode], batch: Batch
    ) -> None:
        with self._quietly(batch):
            found: Mapping[str, tuple[Tensor, ...]] = group.run(batch)
        for node in nodes:
            node.collect(found[node.node.path], batch)

    def _draw(
        self, node: ViewNode, step: int, first: Batch, *, is_quick: bool
    ) -> float:
        """Make one view; a node that can't be drawn is left out from now on.

        Args:
            node: Of the view.
            step: Steps made.
            first: Its first sample stands for feeds that are not asked.
            is_quick: Nothing is learned yet: a short text will do.

        Returns:
            How many times longer the whole takes.
        """
        kind, longer = node.node.type, 1.0

        def draw(subject: Subject) -> Drawing:
            nonlocal longer
            if is_quick:
                subject, longer = shortened(kind, subject)
            return VIEWS[kind](subject)

        try:
            view = self._drawn(node, step, first, draw)
        except _FAILURES as error:
            self._nodes.remove(node)
            self.turns.leave(node.node.path)
            self.log.append(_complaint(node, error))
        else:
            self._made[node.node.path] = view
        return longer

    def _drawn(self, node: ViewNode, step: int, first: Batch, draw: Draw) -> View:
        """Return a view of what was collected, and forget that."""
        path, kind = node.node.path, node.node.type
        try:
            with self._quietly(first), np.errstate(all="ignore"):
                arrays, words = draw(node.subject(first))
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
                tr("“{node}” is no confusion matrix", node=node.node.title)
            )
        found = yield from self._one(
            node, step, partial(cell.draw, right=right, answer=answer), samples=True
        )
        return replace(found, kind=cell.KIND)

    def _one(
        self, node: ViewNode, step: int, draw: Draw, *, samples: bool = False
    ) -> Generator[None, None, View]:
        node.forget()
        first: Batch = {}
        path = node.node.path
        group = next(each for each in self._groups if path in each.ends)
        only_asks = _only_ask([node])
        for batch in self._batches(group, _FIRST_SIZE if only_asks else BATCH_SIZE):
            first = first or batch
            with self._quietly(batch):
                node.collect(node.part.run(batch), batch, samples=samples)
            yield
            if only_asks:
                break
        try:
            return self._drawn(node, step, first, draw)
        except _FAILURES as error:
            raise TrainingError(_complaint(node, error)) from error

    def _known(self, path: str) -> ViewNode:
        if path not in self._all:
            raise TrainingError(tr("There is no view “{node}” in this run", node=path))
        return self._all[path]


def _only_ask(nodes: Iterable[ViewNode]) -> bool:
    """Return whether a few samples are enough to make views of."""
    return all(node.node.type in ASKING and not node.own_feeds for node in nodes)


def _complaint(node: ViewNode, error: Exception) -> str:
    reason = str(error).partition("\n")[0]
    return tr(
        "View “{node}” can't be shown: {reason}", node=node.node.title, reason=reason
    )
