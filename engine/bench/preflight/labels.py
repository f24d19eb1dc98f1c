"""Do the targets follow from the inputs, or would any others do as well?

Axes: N samples, D numbers of an input, K shuffles.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig, rows
from engine.compile.flatten import FlatNode
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Evidence, Finding, number
from engine.training.baselines.ways import Ways
from engine.training.evaluation import subprograms
from engine.training.evaluation.sources import Batch
from engine.training.parts.phases import PhaseRun

ID = "labels"
TITLE = "Do the targets follow from the inputs?"
SOURCE = "Cover & Hart 1967, Nearest Neighbor Pattern Classification"
MOST, FEWEST = 1000, 60
"""Samples that are looked at, and too few to tell."""
SHUFFLES, LIMIT = 40, 4.0
"""Of the targets; standard deviations from them that are no chance."""
_LEAST_TEXT = 4
"""Tokens of a sample that count as a text."""
_TABLE = 64
"""Numbers of a sample up to which each counts the same."""
_GAIN, _LEARNT = 0.98, 0.9
"""Of what guessing gives: on samples that were not learnt, and on those that were."""
_ENOUGH = 0.3
"""Of what guessing gives: who has learnt so much and nothing of the rest never will."""
_RATE, _SIZE, _EPOCHS, _STEPS = 3e-3, 64, 100, 1500
"""Of learning: few samples take many epochs until they are known by heart."""


class Pairs(NamedTuple):
    """Samples with what belongs to them: `inputs` N×D and `targets` N×M."""

    inputs: Tensor
    targets: Tensor
    are_classes: bool


def check(rig: Rig, budget_s: float) -> Iterator[Answered]:
    """Ask whether near samples have near targets; if not, whether the network learns.

    Args:
        rig: The training.
        budget_s: For the second question.
    """
    title, told, unclear = tr(TITLE), [], False
    for phase in rig.parts.phases:
        for pairs in _pairs(rig, phase):
            score = surprise(pairs)
            if score < LIMIT:
                finding = _by_network(rig, phase, score, budget_s)
                rig.put_back()
                if isinstance(finding, Finding):
                    yield report.failed(ID, title, [finding])
                    return
                unclear |= not finding
            told.append(score)
    yield _answered(title, told, unclear)


def _answered(title: str, told: list[float], unclear: bool) -> Answered:
    """Return what is said where nothing is wrong."""
    if not told:
        text = tr("Its inputs are no numbers, or it has no targets of its own.")
        return report.untold(ID, title, text)
    if unclear:
        text = tr("Neighbours don't tell, and it learns too slowly to tell by itself.")
        return report.untold(ID, title, text)
    if max(told) < LIMIT:
        text = tr("Neighbours don't tell, but it learns what it has not seen.")
        return report.passed(ID, title, text)
    text = tr(
        "Neighbours have targets alike: {score} standard deviations from shuffled "
        "ones.",
        score=number(max(told)),
    )
    return report.passed(ID, title, text)


def _pairs(rig: Rig, phase: PhaseRun) -> Iterator[Pairs]:
    """Yield the inputs and targets of every honest loss of a phase."""
    program = rig.parts.program
    ways = Ways(program)
    batches = list(rig.parts.feeds.spread_batches(MOST, 256))
    for path in phase.program.losses:
        node = ways.nodes[path]
        if ways.is_honest(node):
            found = _of_loss(rig, phase, node, batches)
            if found and len(found.inputs) >= FEWEST:
                yield found


def _of_loss(
    rig: Rig, phase: PhaseRun, node: FlatNode, batches: list[Batch]
) -> Pairs | None:
    made = subprograms.results(phase.program)[node.path]
    ports = [port for port, _ in node.inputs]
    scores, target = made.args[ports.index("input")], made.args[ports.index("target")]
    cut = subprograms.cut(phase.program, target)
    if cut is None:
        return None
    with torch.no_grad():
        targets = torch.cat([cut.run(batch) for batch in batches])
    classes = not targets.is_floating_point()
    flat = rows(targets if targets.dim() > 1 else targets[:, None])
    data = {n.path for n in rig.parts.program.nodes if n.type == "data"}
    read = subprograms.feeds_of(phase.program, scores)
    names = [name for name in read if name.rpartition(".")[0] in data]
    found = [_numbers(name, batches, flat) for name in names]
    inputs = [values for values in found if values is not None]
    return Pairs(torch.cat(inputs, 1), flat.float(), classes) if inputs else None


def _numbers(name: str, batches: list[Batch], targets: Tensor) -> Tensor | None:
    """Return an input as numbers; of a text with a target, how often each token is.

    Shape:
        N×… and N×M → N×D
    """
    values = torch.cat([rows(batch[name]) for batch in batches])
    if values.is_floating_point():
        return values.float()
    if targets.shape[1] != 1 or values.shape[1] < _LEAST_TEXT:
        return None  # what follows at each place is no one thing of a text
    counts_ND = torch.zeros(len(values), int(values.max()) + 1)
    return counts_ND.scatter_add_(1, values, torch.ones(values.shape))


def surprise(pairs: Pairs) -> float:
    """Return how far neighbours' targets are nearer than shuffled ones.

    For each sample the target of its nearest other sample is compared with its own:
    how often they differ for classes, their mean square distance for numbers.

    Returns:
        The distance from the mean of shuffles, in their standard deviations.

    Shape:
        N×D and N×M → one number
    """
    inputs_ND, targets_NM = pairs.inputs, pairs.targets
    if inputs_ND.shape[1] <= _TABLE:
        inputs_ND = (inputs_ND - inputs_ND.mean(0)) / (inputs_ND.std(0) + 1e-6)
    apart_NN = torch.cdist(inputs_ND, inputs_ND)
    apart_NN.fill_diagonal_(torch.inf)
    nearest_N = apart_NN.argmin(dim=1)
    generator = torch.Generator().manual_seed(0)

    def differ(targets: Tensor) -> float:
        gap = targets - targets_NM
        return float(
            gap.ne(0).float().mean() if pairs.are_classes else gap.pow(2).mean()
        )

    mine = differ(targets_NM[nearest_N])
    shuffled_K = torch.tensor(
        [
            differ(targets_NM[torch.randperm(len(targets_NM), generator=generator)])
            for _ in range(SHUFFLES)
        ]
    )
    spread = float(shuffled_K.std()) or 1e-9
    return (float(shuffled_K.mean()) - mine) / spread


def _by_network(
    rig: Rig, phase: PhaseRun, score: float, budget_s: float
) -> Finding | bool:
    """Learn half of some samples; return the finding when the rest gains nothing.

    Otherwise whether the rest gains: it may be that too little was learnt to tell.
    """
    best = baselines.total(phase.goal, rig.trainer.baselines)
    if best is None:
        return False
    rig.put_back()
    batches = list(rig.parts.feeds.spread_batches(2 * MOST, _SIZE))
    half = len(batches) // 2
    if half < 1:
        return False
    end, lowest, learnt = rig.clock() + budget_s, float("inf"), float("inf")
    optimizer = rig.adam(phase, _RATE)
    for _ in range(max(_EPOCHS, _STEPS // half)):
        losses = list(rig.learn(phase, optimizer, iter(batches[:half])))
        learnt = sum(losses) / len(losses)
        lowest = min(lowest, _judged(rig, phase, batches[half:]))
        is_known = min(lowest, learnt / _ENOUGH * _GAIN) < _GAIN * best.value
        if is_known or rig.clock() > end:
            break
    if lowest < _GAIN * best.value or learnt > _LEARNT * best.value:
        return lowest < _GAIN * best.value
    text = tr(
        "Neither near samples nor the network itself tell anything about the targets: "
        "on samples it has not learnt the loss stays at {loss}; guessing gives "
        "{guess}.",
        loss=number(lowest), guess=number(best.value),
    )  # fmt: skip
    advice = tr(
        "Look whether the labels belong to the samples: another order, perhaps."
    )
    evidence = (
        Evidence(tr("Neighbours alike, in standard deviations"), score, "≤", LIMIT),
    )
    nodes = [n.path for n in rig.parts.program.nodes if n.type == "data"]
    words = (tr("Labels don't follow from the inputs"), text, advice)
    return report.finding("labels_unrelated", words, SOURCE, nodes, evidence)


def _judged(rig: Rig, phase: PhaseRun, batches: list[Batch]) -> float:
    modules = rig.parts.program.modules
    modules.eval()
    try:
        return rig.loss(phase, batches)
    finally:
        modules.train()
