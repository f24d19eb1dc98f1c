"""Whether a checkpoint can be one of this training, asked before it is believed.

Its SHA-256 says only that `run.json` was written by the same hand. What a training
could never have written is refused in words, not by what fails in the next step.
"""

import math
from collections.abc import Mapping
from typing import Any, NoReturn

import torch
from torch import Tensor

from engine.errors import TrainingError
from engine.i18n import tr
from engine.training.parts.assembly import Assembly
from engine.training.parts.phases import PhaseRun
from engine.training.records.checkpoint_file import Tensors, part, under

_LARGEST = 2**53
_STEP = "step"
_MOMENTS = {
    "sgd": frozenset(),
    "adagrad": frozenset({_STEP, "sum"}),
    "rmsprop": frozenset({_STEP, "square_avg"}),
    "adam": frozenset({_STEP, "exp_avg", "exp_avg_sq"}),
    "adamw": frozenset({_STEP, "exp_avg", "exp_avg_sq"}),
    "nadam": frozenset({_STEP, "exp_avg", "exp_avg_sq", "mu_product"}),
}
"""What each optimizer remembers of a weight once it has moved it."""
_BUFFER = "momentum_buffer"


def check(parts: Assembly, tensors: Tensors, numbers: Mapping[str, Any]) -> None:
    """Refuse what was not taken of such parts.

    Raises:
        TrainingError: Says what is not as it must be.
    """
    check_network(parts, tensors)
    own = parts.program.modules.state_dict()
    if best := part(tensors, "best"):
        _check_tensors(best, {**own, **under("average", parts.averaged.tensors)})
    samples, place = parts.feeds.order.num_samples, numbers.get("order")
    if not isinstance(place, dict):
        _refuse(tr("an order of the samples"), tr("nothing"))
    if count(place, "num_samples") != samples:
        return  # refused where it is taken over, as another data set
    _check_position(parts, numbers)
    _check_order(part(tensors, "feeds"), place, samples)
    phases = numbers.get("phases")
    if not isinstance(phases, list) or len(phases) != len(parts.phases):
        _refuse(tr("{n:phase|phases}", n=len(parts.phases)))
    for index, phase in enumerate(parts.phases):
        _check_numbers(phases[index], phase.name)
        _check_moments(phase, part(tensors, f"phase{index}"), numbers[_STEP])


def check_network(parts: Assembly, tensors: Tensors) -> None:
    """Refuse weights that are not those of this network.

    Raises:
        TrainingError: Says which are not as they must be.
    """
    _check_tensors(part(tensors, "model"), parts.program.modules.state_dict())
    _check_tensors(part(tensors, "average"), parts.averaged.tensors)


def _check_tensors(found: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> None:
    """Refuse other tensors than these, by name and shape."""
    if missing := own.keys() - found.keys():
        _refuse(min(missing), tr("nothing"))
    if more := found.keys() - own.keys():
        _refuse(tr("no such tensor"), min(more))
    for name, tensor in own.items():
        _check_like(name, found[name], tensor)


def _check_like(name: str, found: Tensor, own: Tensor) -> None:
    alike = found.is_floating_point() == own.is_floating_point()
    if found.shape != own.shape or not alike or found.is_complex():
        _refuse(f"{name} {_words(own)}", _words(found))


def _words(tensor: Tensor) -> str:
    shape = "×".join(map(str, tensor.shape)) or tr("one number")
    return f"{shape} ({str(tensor.dtype).removeprefix('torch.')})"


def _check_position(parts: Assembly, numbers: Mapping[str, Any]) -> None:
    """Refuse steps that no training of this length makes."""
    step, total = count(numbers, _STEP), count(numbers, "total_steps")
    evaluated_at, changes = (count(numbers, n) for n in ("evaluated_at", "num_changes"))
    if evaluated_at > step or step > total:
        _refuse(tr("evaluated at ≤ step ≤ {total}", total=total), step)
    length = parts.length.total_steps
    order, training = parts.feeds.order, parts.training
    if changes and not training.number("steps"):
        length *= max(1, order.batch_size)  # batches of one sample: no run is longer
    may_differ = changes or parts.length.is_longer
    if total > length or (not may_differ and total != length):
        _refuse(tr("{n:step|steps}", n=length), total)
    stopping = numbers.get("stopping")
    if not isinstance(stopping, dict):
        _refuse("stopping")
    count(stopping, "bad")
    if not _is_number(stopping.get("best")):
        _refuse("stopping")


def _check_order(tensors: Tensors, place: Mapping[str, Any], samples: int) -> None:
    """Refuse an order that does not visit every sample once."""
    order = part(tensors, "order").get("order")
    if order is None:
        _refuse(tr("an order of the samples"), tr("nothing"))
    position = count(place, "position")
    count(place, "epoch"), count(place, "seed")
    if count(place, "batch_size") < 1:
        _refuse("batch_size ≥ 1")
    whole = torch.arange(samples)
    if position >= max(1, samples) or order.dtype != torch.int64:
        _refuse(tr("a position below {n}", n=samples), position)
    if order.shape != whole.shape or not torch.equal(order.sort().values, whole):
        _refuse(tr("every sample once"), tr("another order"))


def _check_numbers(told: object, name: str) -> None:
    """Refuse a memory of the schedule, or settings, that are no numbers."""
    for kind in ("schedule", "hyper"):
        values = told.get(kind) if isinstance(told, dict) else None
        if not isinstance(values, dict) or not all(map(_is_number, values.values())):
            _refuse(tr("settings of the phase “{name}”", name=name))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not math.isnan(value) if isinstance(value, float) else abs(value) < _LARGEST


def _check_moments(phase: PhaseRun, tensors: Tensors, step: int) -> None:
    """Refuse a memory of the optimizer with parts missing, or of another shape."""
    needed = _MOMENTS[phase.optimizer.type]
    found: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, key = name.partition("/")
        found.setdefault(index, {})[key] = tensor
    own = {str(index): w for index, w in enumerate(phase.parameters_in_groups)}
    was_due = any(phase.due(number) for number in range(1, min(step, 10_000) + 1))
    if needed and was_due and not found:
        _refuse(tr("moments of {name}", name=phase.optimizer.title), tr("nothing"))
    for index, moments in found.items():
        if index not in own or not needed <= moments.keys() <= needed | {_BUFFER}:
            names = ", ".join(sorted(needed)) or _BUFFER
            _refuse(names, ", ".join(sorted(moments)))
        for key, tensor in moments.items():
            _check_moment(key, tensor, own[index], step * phase.times)


def _check_moment(key: str, tensor: Tensor, weights: Tensor, most: int) -> None:
    """Refuse a part of the memory of one tensor; it has at most so many updates."""
    if key in {_STEP, "mu_product"}:
        if tensor.numel() != 1 or (key == _STEP and not 0 <= tensor.item() <= most):
            _refuse(tr("{key} of at most {step}", key=key, step=most), key)
    else:
        _check_like(key, tensor, weights)


def count(numbers: Mapping[str, Any], name: str) -> int:
    """Return a whole number of at least 0 out of a checkpoint.

    Raises:
        TrainingError: When there is none of this name.
    """
    value = numbers.get(name)
    if type(value) is not int or not 0 <= value < _LARGEST:
        _refuse(f"{name} ≥ 0", value if type(value) is int else tr("no number"))
    return value


def _refuse(expected: str, got: object = None) -> NoReturn:
    shown = str(got)[:40] if got is not None else tr("something else")
    raise TrainingError(
        tr("The checkpoint does not belong to this run"),
        expected=expected,
        got=shown,
        fix=tr("Restore the file from a backup, or train again."),
    )
