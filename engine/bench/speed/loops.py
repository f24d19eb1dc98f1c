"""The loops that are compared, each as steps of one network.

The written loop is the one of every tutorial: a `DataLoader` that shuffles, torch's
optimizer as it comes, `zero_grad`, `backward`, `step`, and `.item()` in every step. It
computes with a copy of the very same modules, so that the loops alone differ.
"""

import copy
import importlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.utils.data import DataLoader, TensorDataset

from engine.explain.diagnose import watch
from engine.graph.model import Project
from engine.training.loop.launch import launch
from engine.training.loop.steps import Steps
from engine.training.loop.trainer import Trainer
from engine.training.parts.assembly import Assembly, assemble

FRAME_S = 1 / 30
"""Between two messages of what is watched."""
_HELD = 4096
"""Samples that the written loop draws from, at most."""
_OURS = {"fused", "foreach", "lr_factor", "differentiable", "capturable",
         "decoupled_weight_decay"}  # fmt: skip
"""Choices of kernels, and a mark of AdamW's that it doesn't take as a setting."""


class Written:
    """The loop that people write.

    Args:
        project: Only read.
        writer: TensorBoard's, for histograms of all weights and gradients, or None.
    """

    def __init__(self, project: Project, writer: Any = None) -> None:  # noqa: ANN401
        parts = assemble(project)
        programs = [phase.program for phase in parts.phases]
        graphs, weights = copy.deepcopy(
            ([p.graph_module for p in programs], [p.parameters for p in programs])
        )
        self._parts, self._graphs, self._weights = parts, graphs, weights
        for weight in chain.from_iterable(weights):
            weight.requires_grad_()
        self._optimizers = [
            type(phase.optimizer.torch)(own, **_plain(phase.optimizer.torch.defaults))
            for phase, own in zip(parts.phases, weights, strict=True)
        ]
        self._names, tensors = _samples(parts)
        size = parts.feeds.order.batch_size
        self._loader = DataLoader(TensorDataset(*tensors), size, shuffle=True)
        self._batches = self._endless()
        self._writer, self._step, self.last = writer, 0, 0.0

    def _endless(self) -> Iterator[list[Tensor]]:
        for loader in repeat(self._loader):
            yield from loader

    def step(self) -> None:
        """Train on one batch."""
        batch = (part.to(self._parts.device) for part in next(self._batches))
        feeds = dict(zip(self._names, batch, strict=True))
        self._step += 1
        for index, phase in enumerate(self._parts.phases):
            if not phase.due(self._step):
                continue
            optimizer, program = self._optimizers[index], phase.program
            outputs = self._graphs[index](*(feeds[n] for n in program.feed_names))
            loss = program.total(outputs)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            _clip(self._weights[index], phase.limits)
            if self._writer is not None:
                self._tell(self._weights[index])
            optimizer.step()
            self.last = loss.item()

    def _tell(self, weights: Sequence[Tensor]) -> None:
        for number, weight in enumerate(weights):
            self._writer.add_histogram(f"w{number}", weight, self._step)
            if weight.grad is not None:
                self._writer.add_histogram(f"g{number}", weight.grad, self._step)

    def close(self) -> None:
        """Give back what it holds."""
        if self._writer is not None:
            self._writer.close()


def _plain(defaults: dict[str, Any]) -> dict[str, Any]:
    """Return an optimizer's settings without the choice of its kernels."""
    return {name: value for name, value in defaults.items() if name not in _OURS}


def _clip(weights: Sequence[Tensor], limits: tuple[float | None, float | None]) -> None:
    norm, value = limits
    if norm is not None:
        clip_grad_norm_(weights, norm)
    if value is not None:
        clip_grad_value_(weights, value)


def _samples(parts: Assembly) -> tuple[list[str], list[Tensor]]:
    """Return the names of all feeds and their training samples, noise drawn once."""
    count = min(_HELD, parts.feeds.num_samples)
    batches = list(parts.feeds.spread_batches(count, 256))
    names = list(batches[0])
    return names, [
        torch.cat([batch[name] for batch in batches]).cpu() for name in names
    ]


class Ours:
    """This application's loop.

    Args:
        project: Only read.
        threads: Torch's.
        folder: Where a run is kept and watched; None trains without a trace.
    """

    def __init__(self, project: Project, threads: int, folder: Path | None) -> None:
        self._watched = folder is not None
        if folder is None:
            self._trainer = Trainer(project, threads=threads, monitor=False)
        else:
            self._trainer, run = launch(folder, project)
            watch.attach(self._trainer, run.project)
        self._trainer.begin()
        self._steps, self._told_at = Steps(self._trainer), 0.0

    def step(self) -> None:
        """Train on one batch, and watch as beside the window."""
        trainer = self._trainer
        if self._watched:
            self._watch(trainer)
        deque(self._steps.next_step(), maxlen=0)

    def _watch(self, trainer: Trainer) -> None:
        if trainer.observer.look_due():
            deque(trainer.observer.look(), maxlen=0)
        if trainer.viewing.due(trainer.step):
            deque(trainer.show(due=True), maxlen=0)
        now = time.perf_counter()
        if now - self._told_at > FRAME_S:
            self._told_at = now
            trainer.drain()

    def close(self) -> None:
        """Give back what it holds."""
        self._trainer.close("stopped")


def tensorboard(folder: Path) -> Any:  # noqa: ANN401 - a class of another package
    """Return a writer of TensorBoard, or None where it isn't installed."""
    if find_spec("tensorboard") is None:
        return None
    module = importlib.import_module("torch.utils.tensorboard")
    return module.SummaryWriter(str(folder))
