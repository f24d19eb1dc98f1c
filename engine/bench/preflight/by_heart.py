"""Can a few samples be learnt by heart, and does every weight take part in that?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat

import torch
from torch import Tensor

from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Evidence, Finding, number
from engine.training.evaluation import subprograms
from engine.training.evaluation.sources import Batch
from engine.training.parts.phases import PhaseRun

ID, GRADIENTS, INPUTS = "by_heart", "gradients", "inputs"
TITLE = "Can it learn a few samples by heart?"
GRADIENTS_TITLE = "Does every weight get a gradient?"
INPUTS_TITLE = "Does the input matter?"
SOURCE = "Karpathy 2019, A Recipe for Training Neural Networks: overfit one batch"
FAINT_SOURCE = "Glorot & Bengio 2010: gradients that vanish on their way back"
RATES = (3e-3, 5e-4, 3e-2)
"""Of Adam, tried one after the other."""
STEPS, FEWEST = 200, 40
"""Of each rate; with fewer in all nothing is said."""
LEARNT, SURE = 0.5, 0.1
"""Shares of the first loss, or of guessing: samples that stay above the one have not
been learnt, and below the other there is no need to go on."""
NOTHING = 1e-3
"""Share of the first loss that is no gain."""
FAINT = 1e-6
"""Of ‖∂L/∂w‖/‖w‖ of a layer over that of the strongest one."""


@dataclass
class _Told:
    """What a phase has shown while it learnt.

    Args:
        guess: What guessing gives, infinite where nobody knows.
        first: Loss before the first step.
        best: The lowest loss.
        steps: That were made, at all rates together.
        is_rival: Another phase learns at the same time and holds it back.
        reached: Identities of the weights that have got some gradient.
        strength: Layer → the largest ‖∂L/∂w‖/‖w‖ of its weights in the first step.
        unread: Feeds that may be swapped between samples without any change.
    """

    guess: float
    first: float = math.inf
    best: float = math.inf
    steps: int = 0
    is_rival: bool = False
    reached: set[int] = field(default_factory=set)
    strength: dict[str, float] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def limit(self) -> float:
        """The loss below which it counts as learnt; a rival need but gain something."""
        return self._below(1 - NOTHING) if self.is_rival else self._below(LEARNT)

    @property
    def is_sure(self) -> bool:
        """Whether there is no need to go on."""
        return self.best <= self._below(SURE)

    def _below(self, share: float) -> float:
        least = self.first if self.is_rival else min(self.first, self.guess)
        return least - (1 - share) * abs(least)


def check(rig: Rig, budget_s: float) -> Iterator[Answered]:
    """Let every phase learn a few samples, and look at what happens to its weights.

    Args:
        rig: The training.
        budget_s: For all of it.
    """
    phases = rig.parts.phases
    told = [_learnt(rig, phase, budget_s / len(phases)) for phase in phases]
    rig.put_back()
    yield _by_heart(rig, told)
    yield _gradients(rig, told)
    yield _inputs(rig, told)


def _learnt(rig: Rig, phase: PhaseRun, budget_s: float) -> _Told:
    batch, end = rig.few(), rig.clock() + budget_s
    known = baselines.total(phase.goal, rig.trainer.baselines)
    rivals = [p for p in rig.parts.phases if p.is_on(1)]
    told = _Told(known.value if known else math.inf, is_rival=len(rivals) > 1)
    unread: set[str] | None = None
    for rate in RATES:
        rig.put_back()
        _tried(rig, phase, batch, rate, told, budget_s / len(RATES))
        now = set(_unread(rig, phase, batch))
        unread = now if unread is None else unread & now
        if told.best <= told.limit or rig.clock() > end:
            break
    told.unread = tuple(sorted(unread or ()))
    return told


def _tried(
    rig: Rig, phase: PhaseRun, batch: Batch, rate: float, told: _Told, budget_s: float
) -> None:
    """Learn at one rate until it is learnt, or the time is over."""
    end = rig.clock() + budget_s
    steps = rig.learn(phase, rig.adam(phase, rate), repeat(batch, STEPS), fixed=True)
    for loss in steps:
        if math.isinf(told.first):
            told.first = loss
            told.strength = _strength(rig, phase)
        told.best, told.steps = min(told.best, loss), told.steps + 1
        told.reached |= {id(w) for w in phase.parameters if _has_gradient(w)}
        done = told.is_sure and len(told.reached) == len(phase.parameters)
        if done or rig.clock() > end:
            steps.close()  # type: ignore[attr-defined]
            return


def _has_gradient(weight: Tensor) -> bool:
    return weight.grad is not None and bool(weight.grad.any())


def _strength(rig: Rig, phase: PhaseRun) -> dict[str, float]:
    """Return ‖∂L/∂w‖/‖w‖ of every layer that this phase moves; the largest of each."""
    ours = {id(w) for w in phase.parameters}
    found: dict[str, float] = {}
    for path, weights in rig.parts.program.layer_parameters.items():
        parts = [w for w in weights if id(w) in ours and w.grad is not None]
        ratios = [
            float(w.grad.norm() / w.detach().norm())
            for w in parts
            if w.grad is not None and w.dim() > 1 and w.detach().any()
        ]
        if ratios:
            found[path] = max(ratios)
    return found


def _unread(rig: Rig, phase: PhaseRun, batch: Batch) -> Iterator[str]:
    """Yield the feeds that may bring other samples without a change of the loss."""
    before, count = _value(rig, phase, batch), len(next(iter(batch.values())))
    twice = rig.few(2)
    for name in _judged_feeds(phase):
        other = twice[name][-count:]
        if torch.equal(other, batch[name]) or len(other) < count:
            continue
        if _value(rig, phase, {**batch, name: other}) == before:
            yield name


def _judged_feeds(phase: PhaseRun) -> set[str]:
    """Return the feeds that reach a loss whose weight is not 0."""
    results = subprograms.results(phase.program)
    return {
        name
        for path, weight in phase.goal.losses.items()
        if weight
        for name in subprograms.feeds_of(phase.program, results[path])
    }


def _value(rig: Rig, phase: PhaseRun, batch: Batch) -> float:
    return rig.loss(phase, [batch])


def _by_heart(rig: Rig, told: list[_Told]) -> Answered:
    title = tr(TITLE)
    bad = [each for each in told if not each.best <= each.limit]
    if any(each.steps < FEWEST for each in bad):
        text = tr("Its steps are too slow to learn anything within seconds.")
        return report.untold(ID, title, text)
    if bad:
        return report.failed(ID, title, [_not_learnt(rig, each) for each in bad[:1]])
    texts = [
        tr("{n:sample|samples}: the loss falls from {first} to {best}.",
           n=rig.num_few, first=number(each.first), best=number(each.best))
        for each in told
    ]  # fmt: skip
    return report.passed(ID, title, " ".join(texts))


def _not_learnt(rig: Rig, told: _Told) -> Finding:
    text = tr(
        "{n:sample|samples}, seen again and again, leave the loss at {best}; it began "
        "at {first}.",
        n=rig.num_few, best=number(told.best), first=number(told.first),
    )  # fmt: skip
    advice = tr(
        "Look for a wire that is missing, a loss that doesn't fit its input, layers "
        "that let nothing through, or too few weights."
    )
    evidence = (Evidence(tr("Loss of the same samples"), told.best, "≥", told.limit),)
    words = (tr("Can't learn by heart"), text, advice)
    return report.finding("not_by_heart", words, SOURCE, (), evidence)


def _gradients(rig: Rig, told: list[_Told]) -> Answered:
    title, found = tr(GRADIENTS_TITLE), []
    phases = rig.parts.phases
    reached = {weight for each in told for weight in each.reached}
    moved = {id(w) for phase in phases for w in phase.parameters}
    layers = rig.parts.program.layer_parameters
    still = [
        path
        for path, weights in layers.items()
        if any(id(w) in moved - reached for w in weights)
    ]
    if still:
        found.append(_still(rig, still))
    faint = [path for each in told for path in _faint(each) if path not in still]
    if faint:
        found.append(_faint_finding(rig, faint, told))
    if found:
        return report.failed(GRADIENTS, title, found)
    text = tr("All {n:weight tensor|weight tensors} get one.", n=len(moved))
    return report.passed(GRADIENTS, title, text)


def _faint(told: _Told) -> list[str]:
    most = max(told.strength.values(), default=0.0)
    return [path for path, size in told.strength.items() if size < FAINT * most]


def _still(rig: Rig, paths: list[str]) -> Finding:
    names = ", ".join(rig.words(path) for path in paths[:4])
    names += " …" if len(paths) > 4 else ""
    text = tr(
        "{n:layer gets|layers get} no gradient at all: {names}.",
        n=len(paths), names=names,
    )  # fmt: skip
    advice = tr(
        "Something behind it lets nothing back: a unit that is shut for every sample, "
        "weights that are zero, or an output that no loss reads."
    )
    evidence = (Evidence(tr("Layers without a gradient"), len(paths), "≥", 1),)
    words = (tr("Weights without a gradient"), text, advice)
    return report.finding("no_gradient", words, SOURCE, paths, evidence)


def _faint_finding(rig: Rig, paths: list[str], told: list[_Told]) -> Finding:
    sizes = {
        p: s / max(t.strength.values()) for t in told for p, s in t.strength.items()
    }
    least = min(paths, key=lambda path: sizes[path])
    text = tr(
        "Of the gradient only {share} of the strongest layer's reaches “{name}”.",
        share=number(sizes[least]), name=rig.words(least),
    )  # fmt: skip
    advice = tr("Use ReLU, normalise between the layers, or add shortcuts past them.")
    evidence = (
        Evidence(tr("‖∂L/∂w‖ / ‖w‖, of the strongest"), sizes[least], "≤", FAINT),
    )
    words = (tr("Gradients vanish"), text, advice)
    return report.finding("vanishing_gradients", words, FAINT_SOURCE, paths, evidence)


def _inputs(rig: Rig, told: list[_Told]) -> Answered:
    title = tr(INPUTS_TITLE)
    read = {n for phase in rig.parts.phases for n in phase.program.feed_names}
    unread = sorted({name for each in told for name in each.unread})
    data = {node.path for node in rig.parts.program.nodes if node.type == "data"}
    unread = [name for name in unread if name.rpartition(".")[0] in data]
    if not unread:
        text = tr("Other samples change the loss, at {n:input|inputs}.", n=len(read))
        return report.passed(INPUTS, title, text)
    path, _, port = unread[0].rpartition(".")
    text = tr(
        "“{port}” of “{node}” may bring other samples, and the loss stays exactly "
        "as it is.",
        port=port, node=rig.words(path),
    )  # fmt: skip
    advice = tr("Look for a layer on the way that lets nothing through.")
    words = (tr("The input doesn't matter"), text, advice)
    evidence = (Evidence(tr("Change of the loss"), 0.0, "≤", 0.0),)
    return report.failed(
        INPUTS,
        title,
        [report.finding("input_ignored", words, SOURCE, (path,), evidence)],
    )
