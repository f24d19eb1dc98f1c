"""All that a training needs to go on exactly: tensors by name, the rest as JSON."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.training.evaluation.feeds import Feeds
from engine.training.machine import rng_state
from engine.training.parts.phases import PhaseRun
from engine.training.records.checkpoint_file import Tensors, part, under


@torch.no_grad()
def put_modules(modules: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy weights and buffers into a network of the same structure."""
    state = modules.state_dict()
    for name, tensor in tensors.items():
        state[name].copy_(tensor)


def of_phase(phase: PhaseRun) -> tuple[Tensors, dict[str, Any]]:
    """Return optimizer and schedule of a phase."""
    tensors: Tensors = {}
    for index, values in phase.optimizer.torch.state_dict()["state"].items():
        for key, value in values.items():
            if value is not None:
                tensors[f"{index}/{key}"] = torch.as_tensor(value)
    return tensors, {
        "schedule": phase.schedule.state(),
        "hyper": phase.optimizer.hyper,
    }


def put_phase(phase: PhaseRun, tensors: Tensors, state: Mapping[str, Any]) -> None:
    """Take over what `of_phase` returned."""
    optimizer = phase.optimizer.torch
    values: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, key = name.partition("/")
        weights = phase.parameters_in_groups[int(index)]
        values.setdefault(int(index), {})[key] = _as_laid_out(weights, tensor)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": values, "param_groups": groups})
    for place, kept in values.items():  # torch casts all to the kind of the weights
        loaded = optimizer.state[phase.parameters_in_groups[place]]
        loaded |= {key: loaded[key].to(kept[key].dtype) for key in kept}
    phase.schedule.restore(state["schedule"])
    for name, value in state["hyper"].items():
        phase.optimizer.set(name, value)


def _as_laid_out(weights: Tensor, tensor: Tensor) -> Tensor:
    """Return `tensor` with the memory layout of the weights it belongs to."""
    if tensor.shape != weights.shape or _is_laid_out(weights, tensor):
        return tensor
    return torch.empty_like(weights, requires_grad=False).copy_(tensor)


def _is_laid_out(weights: Tensor, tensor: Tensor) -> bool:
    return (
        tensor.stride() == weights.stride()
        and tensor.dtype == weights.dtype
        and tensor.device == weights.device
    )


def of_feeds(feeds: Feeds) -> tuple[Tensors, dict[str, int]]:
    """Return order, position and noise."""
    state = feeds.state()
    order = state["order"].items()
    tensors = {name: value for name, value in order if isinstance(value, Tensor)}
    numbers = {name: value for name, value in order if not isinstance(value, Tensor)}
    generators = {k: torch.as_tensor(v) for k, v in state["generators"].items()}
    return {**under("order", tensors), **under("generators", generators)}, numbers


def put_feeds(feeds: Feeds, tensors: Tensors, numbers: Mapping[str, int]) -> None:
    """Take over what `of_feeds` returned."""
    generators: dict[str, int | Tensor] = {**part(tensors, "generators")}
    feeds.restore(
        {"order": {**part(tensors, "order"), **numbers}, "generators": generators}
    )


def copied(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return copies on the processor that nothing else writes to."""
    return {
        name: tensor.detach().to("cpu", copy=True).contiguous()
        for name, tensor in tensors.items()
    }


class Rewind:
    """The moment before a slow step: where to return when it is not finished.

    Weights are not kept: an unfinished step has not moved them.
    """

    def __init__(self, modules: nn.Module, feeds: Feeds, device: torch.device) -> None:
        self._modules, self._feeds, self._device = modules, feeds, device
        self._order = feeds.state()
        self._random = rng_state.state(device)
        self._buffers = [buffer.clone() for buffer in modules.buffers()]

    @torch.no_grad()
    def go(self) -> None:
        """Return there."""
        self._feeds.restore(self._order)
        rng_state.restore(self._random, self._device)
        for buffer, value in zip(self._modules.buffers(), self._buffers, strict=True):
            buffer.copy_(value)
