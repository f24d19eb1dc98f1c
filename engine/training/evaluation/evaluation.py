"""Losses and metrics over a whole part of the data, in eval mode.

The values are those of the whole part at once, however it is cut into batches.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.advice.checks.memory import EVALUATED, fitting
from engine.compile.modules.losses import Labelled
from engine.compile.modules.metrics import build_metric
from engine.compile.program import Program
from engine.layers import registry
from engine.training.evaluation.evaluation_groups import (
    EvaluationGroup,
    evaluation_groups,
)
from engine.training.evaluation.feeds import Feeds, spans
from engine.training.evaluation.sources import Batch
from engine.training.machine import precision

Weights = Callable[[], AbstractContextManager[None]]
BATCH_SIZE = EVALUATED
"""Samples per forward pass, or fewer large ones; metrics do not depend on it."""


class Piece(NamedTuple):
    """A batch, and what is computed of it.

    Args:
        group: Losses and metrics.
        size: Samples.
        batch: By feed.
    """

    group: EvaluationGroup
    size: int
    batch: Batch


class Evaluator:
    """Evaluates losses and metrics without a trace in the training.

    Args:
        program: What to evaluate.
        feeds: Where the samples come from.
        half: Compute in bf16 where that is sound.
        looked_at: Puts the weights to evaluate in place, and the others back.

    Attributes:
        feeds: The same.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        program: Program,
        feeds: Feeds,
        *,
        half: bool,
        looked_at: Weights = nullcontext,
    ) -> None:
        self.program, self._half = program, half
        self.feeds, self._looked_at = feeds, looked_at
        self._most = fitting(program.inferred.values())
        self._groups = evaluation_groups(program.evaluation, feeds, self.names)
        trained = {loss for phase in program.phases for loss in phase.losses}
        whole = program.evaluation
        self.weights = {
            loss: weight
            for loss, weight in zip(whole.losses, whole.weights, strict=True)
            if loss in trained
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the values: losses, then metrics."""
        return (*self.program.evaluation.losses, *self.program.evaluation.metrics)

    @property
    def has_validation(self) -> bool:
        """Whether some samples are never trained on."""
        return any(group.extent.num_validation for group in self._groups)

    @property
    def _at_once(self) -> int:
        return min(BATCH_SIZE, self._most)

    def validation(self) -> Iterator[Piece]:
        """Yield all that a validation goes through."""
        for group in self._groups:
            batches = self.feeds.validation_batches(self._at_once, group.extent)
            for size, batch in batches:
                yield Piece(group, size, batch)

    def training(self) -> Iterator[Piece]:
        """Yield as many training samples."""
        for group in self._groups:
            batches = self.feeds.training_batches(self._at_once, group.extent)
            for size, batch in batches:
                yield Piece(group, size, batch)

    def sizes(self) -> list[int]:
        """Return the sizes of all batches of an evaluation."""
        extents = [group.extent for group in self._groups]
        counts = [extent.num_evaluated for extent in extents]
        if self.has_validation:
            counts += [extent.num_compared for extent in extents]
        return [b - a for count in counts for a, b in spans(count, self._at_once)]

    def forward(self, piece: Piece) -> Mapping[str, Any]:
        """Return losses, or what they need, and the inputs of metrics of one batch."""
        with self._looked_at():
            return self._run(piece.group.run, piece.batch)

    def everything(self, batch: Batch) -> Mapping[str, Any]:
        """Return the results of all ends, of the weights that are trained."""
        return self._run(self.program.evaluation.run, batch)

    def _run(
        self, run: Callable[[Batch], Mapping[str, Any]], batch: Batch
    ) -> Mapping[str, Any]:
        with self._eval_mode(), torch.no_grad():
            if not self._half:
                return run(batch)
            with precision.autocast(next(iter(batch.values())).device):
                return run(batch)

    @contextmanager
    def _eval_mode(self) -> Iterator[None]:
        """Switch dropout and batch statistics off, and on again."""
        self.program.modules.eval()
        try:
            yield
        finally:
            self.program.modules.train()


class Score:
    """One loss or metric of all batches together.

    A loss is the sum over all that counts, divided once at the end: labels that are
    ignored and weights of classes count as in the whole part at once.

    Args:
        program: That it belongs to.
        path: Of its node.

    Attributes:
        loss: Module of a loss, None for a metric.
    """

    def __init__(self, program: Program, path: str) -> None:
        node = program.node(path)
        is_loss = registry.get(node.type).category == "loss"
        self.loss = program.modules.at(node.home) if is_loss else None
        self._metric = None if is_loss else build_metric(node.type, node.params)
        self._sum = self._count = 0.0

    def judge(self, inputs: tuple[Tensor, ...], size: int) -> None:
        """Add a batch of what would flow into the node.

        Args:
            inputs: In the order of its ports.
            size: Samples.

        Shape:
            each B×…
        """
        is_whole = self.loss is not None and not isinstance(self.loss, Labelled)
        self.add(self.loss.forward(*inputs) if is_whole and self.loss else inputs, size)

    def add(self, found: Any, size: int) -> None:  # noqa: ANN401
        """Add a batch of what a group returns."""
        if self._metric is not None:
            self._metric.update(found)
            return
        total, count = float(size), float(size)
        if isinstance(self.loss, Labelled):
            total, count = self.loss.total(*found)
        else:
            total *= float(found)
        self._sum += total
        self._count += count

    def value(self) -> float:
        """Return the value over all batches so far."""
        if self._metric is not None:
            return self._metric.value()
        return self._sum / (self._count or 1.0)


class Tally:
    """Losses and metrics of all batches together.

    Args:
        evaluator: Computes the batches.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._scores = {
            path: Score(evaluator.program, path) for path in evaluator.names
        }

    def add(self, piece: Piece) -> None:
        """Add a batch."""
        outputs = self._evaluator.forward(piece)
        for end in piece.group.ends:
            self._scores[end].add(outputs[end], piece.size)

    def values(self) -> dict[str, float]:
        """Return the values by node; `loss` is the weighted sum of trained losses."""
        values = {path: score.value() for path, score in self._scores.items()}
        weights = self._evaluator.weights
        total = sum(values[loss] * weight for loss, weight in weights.items())
        return {"loss": total, **values}
