"""Truths that take training: what a lesson's network does after some steps of its own.

All steps are made on a copy that nobody else sees, with torch's own optimizers.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import ConfigError
from engine.explain.trace.held import Held
from engine.i18n import tr
from engine.protocol.lessons import Question, Truth
from engine.training.evaluation.sources import Batch
from engine.training.parts import state
from engine.training.parts.assembly import Assembly
from engine.training.parts.phases import PhaseRun

STEPS = 40
"""Of each task, on one batch: enough to learn it and to forget another."""
_SAME = 0.1
"""Share by which a loss may change and still count as the same."""
_MANY = 200
"""Steps after which a memory of momentum is full."""


def coasts(held: Held, index: int, cell: tuple[int, ...]) -> Truth:
    """Return the step of a weight right after this one, if its gradient is 0 then.

    Made by the optimizer itself, on copies of its tensors.
    """
    own = held.run.parameters[index]
    weights = nn.Parameter(own.detach().clone())
    source = held.run.optimizer.torch
    group = next(g for g in source.param_groups if any(w is own for w in g["params"]))
    options = {name: value for name, value in group.items() if name != "params"}
    kind: Any = type(source)  # each of torch's has defaults of its own
    optimizer = kind([{"params": [weights], **options}])
    optimizer.state[weights] = copy.deepcopy(source.state.get(own, {}))
    gradient = held.recording.gradients[index]
    weights.grad = torch.zeros_like(own) if gradient is None else gradient.clone()
    before = weights.detach().clone()
    optimizer.step()
    between = weights.detach().clone()
    weights.grad = torch.zeros_like(own)
    optimizer.step()
    first = float((between - before)[cell])
    then = float((weights.detach() - between)[cell])
    word = "rests" if then == 0 else "moves" if then * first > 0 else "back"
    return Truth(then, (word,))


def steady(gradient: float, rate: float, momentum: float) -> Truth:
    """Return the step that SGD makes after many steps with the same gradient."""
    weight = nn.Parameter(torch.zeros((), dtype=torch.float64))
    optimizer = torch.optim.SGD([weight], lr=rate, momentum=momentum)
    before = 0.0
    for _ in range(_MANY):
        before = weight.item()
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
    return Truth(weight.item() - before)


def passed_on(values: Tensor, share: float, *, is_training: bool) -> Truth:
    """Return the largest number behind a Dropout that keeps it.

    Shape:
        any
    """
    layer = nn.Dropout(share).train(is_training)
    tries = values.max().double().repeat(1000)
    return Truth(float(layer(tries).max()))


def of_tasks(parts: Assembly, question: Question) -> Truth:
    """Return what becomes of the first of two tasks that are learned in turn.

    Args:
        parts: A training of its own before its first step; afterwards as it was.
        question: Its words are the phase of the first task, then that of the second.

    Raises:
        ConfigError: When it has no such phases.
    """
    known = {phase.program.name: phase for phase in parts.phases}
    missing = [name for name in question.words if name not in known]
    if missing or not 1 <= len(question.words) <= 2:
        raise ConfigError(
            tr("The network of this lesson no longer has what it asks about"),
            where=", ".join(missing),
            fix=tr("Begin the lesson again."),
        )
    modules = parts.program.modules
    rewind = state.Rewind(modules, parts.feeds, parts.device)
    before = copy.deepcopy(modules.state_dict())
    try:
        return _of_tasks(parts, question, [known[name] for name in question.words])
    finally:
        modules.load_state_dict(before)
        for phase in known.values():
            phase.forget_gradients()
        rewind.go()


def _of_tasks(parts: Assembly, question: Question, phases: list[PhaseRun]) -> Truth:
    batch, modules = parts.feeds.next(), parts.program.modules
    first = phases[0]
    _taught(first, batch, {})
    learned = _loss(first, batch)
    if len(phases) == 1:
        return Truth(learned)
    start = copy.deepcopy(modules.state_dict())
    cures: Mapping[str, Mapping[str, object]] = {"none": {}}
    if question.name == "keeper":
        cures = {
            "longer": {"times": 2},
            "rehearse": {"beside": first},
            "larger": {"factor": 3.0},
        }
    left = {}
    for name, cure in cures.items():
        modules.load_state_dict(start)
        _taught(phases[1], batch, cure)
        left[name] = _loss(first, batch)
    if question.name == "keeper":
        best = min(left, key=lambda name: left[name])
        return Truth(left[best], (best,))
    after = left["none"]
    change = after - learned
    is_same = abs(change) <= _SAME * max(learned, _SAME)
    word = "same" if is_same else "worse" if change > 0 else "better"
    return Truth(after, (word,))


def _taught(phase: PhaseRun, batch: Batch, cure: Mapping[str, object]) -> None:
    """Teach a phase one batch, with a cure against forgetting or without."""
    beside, factor = cure.get("beside"), float(str(cure.get("factor", 1.0)))
    steps = STEPS * int(str(cure.get("times", 1)))
    rate = phase.set_rates(0, steps) * factor
    phase.program.enter()
    optimizer = torch.optim.Adam(phase.parameters, lr=rate)
    for _ in range(steps):
        total = phase.program.total(phase.program.run(batch))
        if isinstance(beside, PhaseRun):
            total = total + beside.program.total(beside.program.run(batch))
        phase.backward(total)
        optimizer.step()


def _loss(phase: PhaseRun, batch: Batch) -> float:
    with torch.no_grad():
        return float(phase.program.total(phase.program.run(batch)))


OF_TASKS: Mapping[str, Callable[[Assembly, Question], Truth]] = {
    "task_loss": of_tasks,
    "keeper": of_tasks,
}
"""What is asked of a whole training, not of its first step."""
