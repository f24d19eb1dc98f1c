"""Elastic weight consolidation: what mattered for one phase holds in a later one.

Before its first step a phase with the setting `ewc` looks back at another phase: it
keeps the weights w* as they are now, and how much each mattered: the diagonal of the
empirical Fisher information F, the mean over single training samples of the squared
gradient of that phase's losses, with the true labels. From then on the phase adds
λ/2·Σ F·(w − w*)² to its loss, by its gradient λ·F·(w − w*).

Source: Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.compile.program import PhaseProgram, Program
from engine.errors import ConfigError, did_you_mean
from engine.graph.settings import Phase
from engine.i18n import tr
from engine.training.evaluation.feeds import Feeds
from engine.training.evaluation.sources import Batch
from engine.training.machine import rng_state
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.records.checkpoint_file import Tensors

SLICE_S = 0.02
"""A look back pauses this often, so that Stop is heard."""


class Consolidation:
    """Keeps the weights of one phase near those that another one found.

    Args:
        whole: The program of the document.
        ours: The phase that is held back.
        theirs: The phase whose losses say what mattered.
        strength: λ.
        num_samples: Training samples to look back at.

    Attributes:
        fisher: F of each of our parameters; empty until `look_back` has ended.
        anchor: w* of each.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        whole: Program,
        ours: PhaseProgram,
        theirs: PhaseProgram,
        strength: float,
        num_samples: int,
    ) -> None:
        self._whole, self._ours, self._theirs = whole, ours, theirs
        self._strength, self._num_samples = strength, num_samples
        self.fisher: list[Tensor] = []
        self.anchor: list[Tensor] = []

    @property
    def is_ready(self) -> bool:
        """Whether it has looked back."""
        return bool(self.fisher)

    def look_back(self, feeds: Feeds) -> Iterator[None]:
        """Find F and w* of the present weights; yields now and then.

        A stop ends it without a result; the next call starts again.
        """
        weights = self._ours.parameters
        squares = [torch.zeros_like(w, requires_grad=False) for w in weights]
        samples = feeds.single_samples(self._theirs.feed_names, self._num_samples)
        count, pause_at = 0, time.perf_counter() + SLICE_S
        for batch in samples:
            try:
                gradients = self._gradients(batch, count)
            except InterruptedStepError:
                return
            for square, gradient in zip(squares, gradients, strict=True):
                if gradient is not None:
                    # Of single samples: a squared mean is no mean of squares.
                    square.addcmul_(gradient, gradient)
            count += 1
            if time.perf_counter() >= pause_at:
                yield
                pause_at = time.perf_counter() + SLICE_S
        self.fisher = [square / count for square in squares]
        self.anchor = [w.detach().clone() for w in weights]

    def _gradients(self, batch: Batch, number: int) -> Sequence[Tensor | None]:
        """Return the gradients of the other phase's loss for one sample."""
        weights = self._ours.parameters
        with _quietly(self._whole, next(iter(batch.values())).device, number):
            self._ours.enter()
            loss = self._theirs.total(self._theirs.run(batch))
            if not loss.requires_grad:
                return [None] * len(weights)
            return torch.autograd.grad(loss, weights, allow_unused=True)

    @torch.no_grad()
    def add_gradient(self) -> None:
        """Add λ·F·(w − w*) to the gradients of our parameters."""
        for index, weights in enumerate(self._ours.parameters):
            if weights.grad is None:
                weights.grad = torch.zeros_like(weights)
            weights.grad.add_(self._pull(index), alpha=self._strength)

    @torch.no_grad()
    def gradient(self, index: int) -> Tensor:
        """Return λ·F·(w − w*) of one of our parameters.

        Shape:
            as the parameter
        """
        return self._pull(index) * self._strength

    def _pull(self, index: int) -> Tensor:
        weights = self._ours.parameters[index]
        return self.fisher[index] * (weights - self.anchor[index])

    def sentence(self) -> str:
        """Return what was found as a line of the log."""
        return tr(
            "EWC: “{phase}” holds {count:weight|weights} by what mattered for "
            "“{other}”",
            phase=self._ours.name,
            other=self._theirs.name,
            count=f"{sum(w.numel() for w in self.anchor):,}",
        )

    def state(self) -> Tensors:
        """Return F and w*, for a checkpoint; nothing before `look_back`."""
        return {
            f"{kind}/{index}": tensor
            for kind, tensors in (("fisher", self.fisher), ("anchor", self.anchor))
            for index, tensor in enumerate(tensors)
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what `state` returned; raises KeyError when a part is missing."""
        if tensors:
            self.fisher = self._like_ours("fisher", tensors)
            self.anchor = self._like_ours("anchor", tensors)

    def _like_ours(self, kind: str, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        weights = self._ours.parameters
        return [
            torch.empty_like(w, requires_grad=False).copy_(tensors[f"{kind}/{index}"])
            for index, w in enumerate(weights)
        ]


def consolidations(
    program: Program, phases: Sequence[Phase]
) -> list[Consolidation | None]:
    """Return what each phase is held back by: None where `ewc` is 0.

    Raises:
        ConfigError: When there is no phase to look back at.
    """
    found: list[Consolidation | None] = []
    for index, phase in enumerate(phases):
        strength, samples = phase.value("ewc"), phase.value("ewc_samples")
        assert isinstance(strength, int | float)
        assert isinstance(samples, int)
        if not strength:
            found.append(None)
            continue
        ours, theirs = program.phases[index], program.phases[_behind(phases, index)]
        found.append(Consolidation(program, ours, theirs, float(strength), samples))
    return found


def _behind(phases: Sequence[Phase], index: int) -> int:
    """Return the number of the phase that a phase looks back at."""
    wanted = str(phases[index].value("ewc_of"))
    names = [phase.name for phase in phases]
    others = [name for name in names if name != names[index]]
    if not wanted and index:
        return index - 1
    if wanted in others:
        return names.index(wanted)
    raise ConfigError(
        tr("EWC needs another phase to look back at"),
        where=tr("Phase “{name}”", name=names[index]),
        expected=", ".join(others) or tr("two phases"),
        got=wanted,
        fix=did_you_mean(wanted, others),
    )


@contextmanager
def _quietly(program: Program, device: torch.device, number: int) -> Iterator[None]:
    """Run in eval mode, and leave modes and random states as they were."""
    training = [part for part in program.modules.modules() if part.training]
    states = rng_state.state(device)
    rng_state.seed(number)
    program.modules.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True
        rng_state.restore(states, device)
