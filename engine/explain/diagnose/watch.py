"""Follows a training and says what is wrong with it as soon as that is certain."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np

from engine.explain.diagnose import activations, inputs, table
from engine.explain.diagnose.record import Record
from engine.graph.model import Project
from engine.protocol.arrays import Floats, Ints
from engine.protocol.findings import Finding
from engine.protocol.frame import Evaluation, LayerSample
from engine.training.events import Ending
from engine.training.trainer import Trainer

EVERY_S = 0.2
"""Shortest time between two looks at a training that goes on."""
PATIENCE = 10
"""Looks in a row without a fault before it is taken back while it trains."""
SHARE = 0.01
"""Of the time, at most, for looking."""


class Diagnosis:
    """A `Watcher` that applies the rules of `table`.

    A fault is told when two looks in a row have found it, or at the end.

    Args:
        trainer: What is watched; nothing about it changes.
        project: The document that it trains.
        clock: Seconds; another one in tests.

    Attributes:
        trainer: The same.
        record: What was seen so far.
        findings: All that was found, the cause of the rest first.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        trainer: Trainer,
        project: Project,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.trainer, self._clock = trainer, clock
        self.findings: tuple[Finding, ...] = ()
        self._last: frozenset[str] = frozenset()
        self._missed: dict[str, int] = {}
        self._next = clock()
        self.record = _record(trainer, project)

    def sampled(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers."""
        self.record.add_sample(sample)

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take in an evaluation."""
        self.record.evaluations.append(evaluation)

    def looking(self) -> AbstractContextManager[None]:
        """Look at the ReLUs of one batch."""
        return activations.watched(self.trainer.parts.program, self.record.dead)

    def judge(
        self, steps: Ints, losses: Floats, ending: Ending | None
    ) -> tuple[Finding, ...] | None:
        """Return all that is wrong; None when that is as before."""
        record = self.record
        if len(steps):
            trained = ~np.isnan(losses).all(axis=1)
            record.loss.extend(np.nansum(losses[trained], axis=1))
        record.step = self.trainer.step
        now = self._clock()
        if ending is None and now < self._next:
            return None
        record.ending = ending.kind if ending else ""
        found = table.diagnose(record)
        self._next = now + max(EVERY_S, (self._clock() - now) / SHARE)
        told = found if ending else self._steady(found)
        self._last = frozenset(finding.fault for finding in found)
        return self._told(told, is_final=ending is not None)

    def _steady(self, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return what two looks have found, and what was told and may come back."""
        known = self._last | table.CERTAIN
        here = {finding.fault: finding for finding in found}
        told = {finding.fault: finding for finding in self.findings}
        self._missed = {
            fault: self._missed.get(fault, 0) + 1 for fault in told if fault not in here
        }
        stays = {fault for fault, times in self._missed.items() if times < PATIENCE}
        chosen = {fault for fault in here if fault in known or fault in told} | stays
        return tuple(
            here.get(rule.fault) or told[rule.fault]
            for rule in table.RULES
            if rule.fault in chosen
        )

    def _told(
        self, found: tuple[Finding, ...], *, is_final: bool
    ) -> tuple[Finding, ...] | None:
        before = [finding.fault for finding in self.findings]
        same = [finding.fault for finding in found] == before
        if same and not (is_final and found != self.findings):
            return None
        self.findings = found
        return found


def _record(trainer: Trainer, project: Project) -> Record:
    program, feeds = trainer.parts.program, trainer.parts.feeds
    ranks = {
        path: len(known.outputs[0].shape)
        for path, known in program.inferred.items()
        if known.outputs
    }
    return Record(
        project=project,
        nodes=program.nodes,
        layers=tuple(path for path, _ in trainer.parts.rows),
        inputs=inputs.measured(feeds.first(), program.nodes),
        total_steps=trainer.total_steps,
        ranks=ranks,
        num_evaluated=feeds.extent().num_evaluated,
        is_whole=trainer.step == 0,
        from_files=trainer.from_files,
        step=trainer.step,
    )


def attach(trainer: Trainer, project: Project) -> Diagnosis:
    """Let a diagnosis watch a training from now on."""
    diagnosis = Diagnosis(trainer, project)
    trainer.watcher = diagnosis
    return diagnosis
