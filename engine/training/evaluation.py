"""Losses and metrics over a whole part of the data, in eval mode."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor

from engine.compile.metrics import build_metric
from engine.compile.program import Program
from engine.training import precision

Weights = Callable[[], AbstractContextManager[None]]
BATCH_SIZE = 256
"""Samples per forward pass; metrics do not depend on it."""


class Evaluator:
    """Evaluates the whole graph without a trace in the training.

    Args:
        program: What to evaluate.
        half: Compute in bf16 where that is sound.
        looked_at: Puts the weights to evaluate in place, and the others back.

    Threads: the training thread alone.
    """

    def __init__(
        self, program: Program, *, half: bool, looked_at: Weights = nullcontext
    ) -> None:
        self.program, self._half = program, half
        self._looked_at = looked_at
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

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Any]:
        """Return losses, and the inputs of metrics, of one batch."""
        program = self.program.evaluation
        with self._eval_mode(), self._looked_at(), torch.no_grad():
            if not self._half:
                return program.run(batch)
            with precision.autocast(next(iter(batch.values())).device):
                return program.run(batch)

    @contextmanager
    def _eval_mode(self) -> Iterator[None]:
        """Switch dropout and batch statistics off, and on again."""
        self.program.modules.eval()
        try:
            yield
        finally:
            self.program.modules.train()


class Tally:
    """Means of losses, weighted by samples, and exact metrics over batches.

    Where a loss weighs its classes, or is no mean over samples, more than one batch
    gives a close value, not that of the whole at once.

    Args:
        evaluator: Computes the batches.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        whole = evaluator.program.evaluation
        self._sums, self._count = dict.fromkeys(whole.losses, 0.0), 0
        nodes = {path: evaluator.program.node(path) for path in whole.metrics}
        self._metrics = {
            path: build_metric(node.type, node.params) for path, node in nodes.items()
        }

    def add(self, size: int, batch: Mapping[str, Tensor]) -> None:
        """Add a batch of `size` samples."""
        outputs = self._evaluator.forward(batch)
        self._count += size
        for loss in self._sums:
            self._sums[loss] += float(outputs[loss]) * size
        for path, metric in self._metrics.items():
            metric.update(outputs[path])

    def values(self) -> dict[str, float]:
        """Return the values by node; `loss` is the weighted sum of trained losses."""
        losses = {loss: total / self._count for loss, total in self._sums.items()}
        weights = self._evaluator.weights
        total = sum(losses[loss] * weight for loss, weight in weights.items())
        metrics = {path: metric.value() for path, metric in self._metrics.items()}
        return {"loss": total, **losses, **metrics}
