"""Losses and metrics over a whole part of the data, in eval mode.

The values are those of the whole part at once, however it is cut into batches.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import torch

from engine.compile.losses import Labelled
from engine.compile.metrics import build_metric
from engine.compile.program import Program
from engine.training import precision
from engine.training.feeds import Batch, Feeds, spans
from engine.training.portions import Portion, portions

Weights = Callable[[], AbstractContextManager[None]]
BATCH_SIZE = 256
"""Samples per forward pass; metrics do not depend on it."""


class Piece(NamedTuple):
    """A batch, and what is computed of it.

    Args:
        portion: Losses and metrics.
        size: Samples.
        batch: By feed.
    """

    portion: Portion
    size: int
    batch: Batch


class Evaluator:
    """Evaluates losses and metrics without a trace in the training.

    Args:
        program: What to evaluate.
        feeds: Where the samples come from.
        half: Compute in bf16 where that is sound.
        looked_at: Puts the weights to evaluate in place, and the others back.

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
        self._feeds, self._looked_at = feeds, looked_at
        self._portions = portions(program.evaluation, feeds, self.names)
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
        return any(portion.extent.num_validation for portion in self._portions)

    def validation(self) -> Iterator[Piece]:
        """Yield all that a validation goes through."""
        for portion in self._portions:
            batches = self._feeds.validation_batches(BATCH_SIZE, portion.extent)
            for size, batch in batches:
                yield Piece(portion, size, batch)

    def training(self) -> Iterator[Piece]:
        """Yield as many training samples."""
        for portion in self._portions:
            batches = self._feeds.training_batches(BATCH_SIZE, portion.extent)
            for size, batch in batches:
                yield Piece(portion, size, batch)

    def sizes(self) -> list[int]:
        """Return the sizes of all batches of an evaluation."""
        extents = [portion.extent for portion in self._portions]
        counts = [extent.num_evaluated for extent in extents]
        if self.has_validation:
            counts += [extent.num_compared for extent in extents]
        return [b - a for count in counts for a, b in spans(count, BATCH_SIZE)]

    def forward(self, piece: Piece) -> Mapping[str, Any]:
        """Return losses, or what they need, and the inputs of metrics of one batch."""
        with self._looked_at():
            return self._run(piece.portion.run, piece.batch)

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


class Tally:
    """Losses and metrics of all batches together.

    A loss is the sum over all that counts, divided once at the end: labels that are
    ignored and weights of classes count as in the whole part at once.

    Args:
        evaluator: Computes the batches.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        program = evaluator.program
        whole = program.evaluation
        self._sums = dict.fromkeys(whole.losses, 0.0)
        self._counts = dict.fromkeys(whole.losses, 0.0)
        nodes = {path: program.node(path) for path in (*whole.losses, *whole.metrics)}
        self._losses = {
            path: program.modules.at(nodes[path].home) for path in whole.losses
        }
        self._metrics = {
            path: build_metric(nodes[path].type, nodes[path].params)
            for path in whole.metrics
        }

    def add(self, piece: Piece) -> None:
        """Add a batch."""
        outputs = self._evaluator.forward(piece)
        for end in piece.portion.ends:
            if end in self._metrics:
                self._metrics[end].update(outputs[end])
                continue
            total, count = self._summed(end, outputs[end], piece.size)
            self._sums[end] += total
            self._counts[end] += count

    def _summed(self, end: str, found: Any, size: int) -> tuple[float, float]:  # noqa: ANN401
        """Return what a batch adds to a loss, and to its divisor."""
        loss = self._losses[end]
        if isinstance(loss, Labelled):
            return loss.total(*found)
        return float(found) * size, float(size)

    def values(self) -> dict[str, float]:
        """Return the values by node; `loss` is the weighted sum of trained losses."""
        losses = {
            loss: total / (self._counts[loss] or 1.0)
            for loss, total in self._sums.items()
        }
        weights = self._evaluator.weights
        total = sum(losses[loss] * weight for loss, weight in weights.items())
        metrics = {path: metric.value() for path, metric in self._metrics.items()}
        return {"loss": total, **losses, **metrics}
