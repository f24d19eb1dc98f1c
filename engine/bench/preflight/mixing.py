"""Does a sample see another one of its batch?

Axes: R rows of scores, N samples.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig, rows
from engine.explain.trace.recording import running
from engine.i18n import tr
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Evidence, Finding
from engine.training.evaluation.sources import Batch
from engine.training.machine import rng_state
from engine.training.parts.phases import PhaseRun

ID = "mixing"
TITLE = "Does each sample stand alone?"
SOURCE = "Karpathy 2019: backprop to chart dependencies"
_CLOSE = 1e-4
"""Of the largest number: other sums move the last digits."""


def check(rig: Rig) -> Iterator[Answered]:
    """Exchange one sample of a batch: the scores of the others may not change."""
    modules, title = rig.parts.program.modules, tr(TITLE)
    modules.eval()
    try:
        found = [
            finding for phase in rig.parts.phases for finding in _mixed(rig, phase)
        ]
    finally:
        modules.train()
    if found:
        yield report.failed(ID, title, found[:1])
        return
    text = tr("Another sample in the batch leaves the scores of the rest as they are.")
    yield report.passed(ID, title, text)


def _mixed(rig: Rig, phase: PhaseRun) -> Iterator[Finding]:
    twice = rig.few(2)
    size = len(next(iter(twice.values()))) // 2
    if size < 2:
        return
    one = {name: values[:size].clone() for name, values in twice.items()}
    other = {name: values.clone() for name, values in one.items()}
    for name, values in twice.items():
        other[name][0] = values[size]
    before, after = _outputs(rig, phase, one), _outputs(rig, phase, other)
    ends = set(phase.program.losses)
    feeders = {
        source.path
        for path in ends
        for _, source in rig.parts.program.node(path).inputs
    }
    changed = {
        path: _rows_changed(before[path], after[path], size)
        for path in before
        if path not in ends
    }
    if not any(changed.get(path, 0) for path in feeders):
        return
    first = next(path for path in before if changed.get(path, 0))
    yield _finding(rig, first, changed[first])


def _outputs(rig: Rig, phase: PhaseRun, batch: Batch) -> dict[str, Tensor]:
    """Return what every node puts out first, in the order of the forward pass."""
    random = rng_state.state(phase.device)
    with running(phase.program, batch, random, torch.no_grad) as live:
        return {
            use.node: use.outputs[0].detach().clone()
            for use in live.recorder.uses
            if use.outputs
        }


def _rows_changed(one: Tensor, other: Tensor, size: int) -> int:
    """Return how many rows of others have changed; 0 where rows are no samples."""
    if one.dim() == 0 or len(one) % size or one.shape != other.shape:
        return 0
    allowed = len(one) // size
    a, b = rows(one).double(), rows(other).double()
    limit = _CLOSE * float(a.abs().amax().clamp(min=1e-3))
    moved = int(((a - b).abs() > limit).any(dim=1).sum())
    return max(0, moved - allowed)


def _finding(rig: Rig, path: str, count: int) -> Finding:
    text = tr(
        "With one sample exchanged, “{node}” gives other answers for {n:other row|"
        "other rows} of the batch too.",
        node=rig.words(path), n=count,
    )  # fmt: skip
    advice = tr(
        "Look at the dimensions it works over: the first one is the batch and must "
        "stay apart."
    )
    evidence = (Evidence(tr("Rows of other samples that change"), count, "≥", 1),)
    words = (tr("Samples leak into each other"), text, advice)
    return report.finding("samples_mix", words, SOURCE, (path,), evidence)
