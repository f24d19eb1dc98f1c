"""Follows a training and says what is wrong with it as soon as that is certain.

What is judged is queued by its step and taken in together with the losses up to that
step, however late somebody asks: the same training is told the same, busy or not.
"""

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from engine.explain.diagnose import activations, inputs, spread, table
from engine.explain.diagnose.record import Record
from engine.explain.diagnose.rules import adversaries, dead_relu
from engine.graph.model import Project
from engine.measure import schedule
from engine.protocol.arrays import Floats, Ints
from engine.protocol.findings import Finding
from engine.protocol.messages import Evaluation, LayerSample
from engine.training.evaluation.feeds import Feeds
from engine.training.evaluation.sources import Batch
from engine.training.loop.events import Ending
from engine.training.loop.trainer import Trainer

PATIENCE = 10
"""Looks in a row without a fault before it is taken back while it trains."""
CLOSED = 0.8
"""Share of a layer's gradients that are 0 where its ReLUs are worth a look."""


@dataclass(frozen=True)
class Seen:
    """Something that was measured after a step; the record is judged after each.

    Args:
        step: Steps made.
        what: A sample, an evaluation, a look at the ReLUs, how much made samples
            differ beside real ones, or nothing.
    """

    step: int
    what: LayerSample | Evaluation | activations.Dead | float | None = None


class Diagnosis:
    """A `Observer` that applies the rules of `table`.

    A fault is told when two looks in a row have found it, or at the end.

    Args:
        trainer: What is watched; nothing about it changes.
        project: The document that it trains.

    Attributes:
        trainer: The same.
        record: What was seen so far.
        findings: All that was found, the cause of the rest first.

    Threads: the training thread alone.
    """

    def __init__(self, trainer: Trainer, project: Project) -> None:
        self.trainer = trainer
        self.findings: tuple[Finding, ...] = ()
        self._last: frozenset[str] = frozenset()
        self._missed: dict[str, int] = {}
        self.record = record_of(trainer, project)
        self._waiting = deque([Seen(trainer.step)])
        self._has_relus = bool(activations.relus(self.record.nodes))
        self._shown = adversaries.shown(self.record)
        self._must_look = self._has_relus and trainer.monitor.enabled
        self._must_compare = False

    def sampled(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers."""
        self._waiting.append(Seen(sample.step, sample))
        is_time = schedule.look_due(sample.step, self.trainer.total_steps)
        may_be = self._has_relus and is_time
        # What was found shut may have opened, such as behind a norm that has settled.
        self._must_look = may_be and (self._is_shut() or self._seems_shut(sample))
        self._must_compare = self._shown is not None and is_time

    def _is_shut(self) -> bool:
        """Return whether the last look has found dead ReLUs."""
        shares = self.record.dead.shares.values()
        return any(share >= dead_relu.SHARE for share in shares)

    def _seems_shut(self, sample: LayerSample) -> bool:
        """Return whether so many gradients are 0 that ReLUs may be dead.

        A unit that no sample opens has none; where that can't be seen, they may be.
        """
        phases = self.trainer.parts.phases
        hidden = any(phase.ewc or phase.adds_to_gradient for phase in phases)
        zeros = sample.grad_zeros
        return hidden or bool(np.isnan(zeros).any()) or bool((zeros >= CLOSED).any())

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take in an evaluation."""
        self._waiting.append(Seen(evaluation.step, evaluation))

    def look_due(self) -> bool:
        """Return whether ReLUs, or what adversaries make, are to be looked at now."""
        return self._must_look or self._must_compare

    def look_in_vain(self) -> None:
        """Go on without the look that was due."""
        self._must_look = self._must_compare = False

    def look(self) -> Iterator[None]:
        """Look at what is due, a batch at a time."""
        budget, start = self.trainer.monitor.budget, time.perf_counter()
        for found in self._looks():
            budget.also(time.perf_counter() - start)
            if found is None:
                yield
            else:
                self._waiting.append(Seen(self.trainer.step, found))
            start = time.perf_counter()

    def _looks(self) -> Iterator[activations.Dead | float | None]:
        parts = self.trainer.parts
        if self._must_look:
            self._must_look = False
            yield from activations.look(parts.evaluator, parts.feeds)
        if self._must_compare and self._shown:
            self._must_compare = False
            yield from spread.look(parts.evaluator, parts.feeds, *self._shown)

    def judge(
        self, steps: Ints, losses: Floats, ending: Ending | None
    ) -> tuple[Finding, ...] | None:
        """Return all that is wrong; None when that is as before."""
        record, before, start = self.record, self.findings, 0
        record.baselines = self.trainer.baselines
        while self._waiting:
            seen = self._waiting.popleft()
            stop = int(np.searchsorted(steps, seen.step, side="right"))
            record.add_losses(losses[start:stop])
            start = max(start, stop)
            self._take(seen)
        record.add_losses(losses[start:])
        record.step = self.trainer.step
        if ending is not None:
            record.ending, record.cause = ending.kind, self.trainer.cause
            record.last_gradients = _gradients(self.trainer, ending)
            self._tell(table.diagnose(record), is_final=True)
        return None if self.findings == before else self.findings

    def _take(self, seen: Seen) -> None:
        """Put one thing into the record and judge."""
        record = self.record
        record.step = seen.step
        if isinstance(seen.what, Evaluation):
            record.evaluations.append(seen.what)
            return  # the next sample is judged
        if isinstance(seen.what, LayerSample):
            record.add_sample(seen.what)
        elif isinstance(seen.what, activations.Dead):
            record.add_dead(seen.what)
        elif seen.what is not None:
            record.spreads.append((seen.step, seen.what))
        found = table.diagnose(record)
        told = self._steady(found)
        self._last = frozenset(finding.fault for finding in found)
        self._tell(told)

    def _steady(self, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return what two looks have found, and what was told and may come back."""
        # A single look may be chance, so a fault needs two to be told; and one that
        # hovers about its limit would flicker, so it takes PATIENCE looks to go away.
        known = self._last | table.CERTAIN
        here = {finding.fault: finding for finding in found}
        told = {finding.fault: finding for finding in self.findings}
        self._missed = {
            fault: self._missed.get(fault, 0) + 1 for fault in told if fault not in here
        }
        stays = {fault for fault, times in self._missed.items() if times < PATIENCE}
        chosen = {fault for fault in here if fault in known or fault in told} | stays
        chosen -= table.explained(chosen)
        return tuple(
            here.get(rule.fault) or told[rule.fault]
            for rule in table.RULES
            if rule.fault in chosen
        )

    def _tell(self, found: tuple[Finding, ...], *, is_final: bool = False) -> None:
        """Keep what was found; numbers of what is known already stay till the end."""
        # While it trains, numbers that change with every look can't be read.
        before = [finding.fault for finding in self.findings]
        if is_final or [finding.fault for finding in found] != before:
            first = {finding.fault: finding.step for finding in self.findings}
            self.findings = tuple(
                replace(each, step=first.get(each.fault, each.step)) for each in found
            )


def _gradients(trainer: Trainer, ending: Ending) -> Floats | None:
    """Return ‖g‖ of each row in the last step that was made, where the next is lost."""
    if ending.kind != "diverged" or trainer.parts.device.type != "cpu":
        return None  # elsewhere it is found out later, when all is lost
    layers = trainer.parts.program.layer_parameters
    norms = [
        [w.grad.double().norm().item() for w in layers[path] if w.grad is not None]
        for path, _ in trainer.parts.rows
    ]
    return np.array([math.hypot(*each) for each in norms])


def _spread(feeds: Feeds) -> Batch:
    """Return samples from all over the training data."""
    return next(feeds.spread_batches(inputs.SAMPLES, inputs.SAMPLES))


def _are_zero(weights: Sequence[Tensor]) -> bool:
    """Return whether there are matrices, and all of them hold nothing but 0."""
    matrices = [each for each in weights if each.dim() > 1]
    return bool(matrices) and not any(each.detach().any() for each in matrices)


def record_of(trainer: Trainer, project: Project) -> Record:
    """Return the record of a training of which nothing has been measured yet."""
    program, feeds = trainer.parts.program, trainer.parts.feeds
    rows, layers = trainer.parts.rows, program.layer_parameters
    counts = {path: sum(w.numel() for w in ws) for path, ws in layers.items()}
    inferred = program.inferred.items()
    flows = {path: known.outputs[0] for path, known in inferred if known.outputs}
    ranks = {path: len(flow.shape) for path, flow in flows.items()}
    return Record(
        project=project,
        nodes=program.nodes,
        layers=tuple(path for path, _ in rows),
        movers=tuple(mover for _, mover in rows),
        num_weights=tuple(counts[path] for path, _ in rows),
        inputs=inputs.measured(_spread(feeds), program.nodes),
        total_steps=trainer.total_steps,
        ranks=ranks,
        numbers={path: math.prod(flow.shape[1:]) for path, flow in flows.items()},
        num_evaluated=feeds.extent().num_evaluated,
        goals=tuple(phase.goal for phase in trainer.parts.phases),
        is_whole=trainer.step == 0,
        from_files=trainer.from_files,
        zero_layers=frozenset(path for path, ws in layers.items() if _are_zero(ws)),
        first_step=trainer.step,
        step=trainer.step,
    )


def attach(trainer: Trainer, project: Project) -> Diagnosis:
    """Let a diagnosis watch a training from now on."""
    diagnosis = Diagnosis(trainer, project)
    trainer.observer = diagnosis
    return diagnosis
