"""Why a weight moves: terms of its update, samples by share, paths to the loss."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.errors import ConfigError
from engine.explain.answers.moments import moment_of, samples_of
from engine.explain.trace.held import Held
from engine.explain.trace.paths import Path, paths
from engine.explain.trace.samples import contributions
from engine.i18n import tr
from engine.measure.views.subject import host
from engine.protocol.tracing import ExplainWeight, PathTold, WeightExplained

_QUICK = 300_000_000
"""Numbers that nodes put out, times samples: about a second."""
_HYPER = ("lr", "momentum", "weight_decay", "eps", "alpha", "lr_decay")
_MEMORY = ("exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg", "sum", "step")


Ports = Callable[[str], tuple[str, ...]]


def explained(held: Held, command: ExplainWeight, ports: Ports) -> WeightExplained:
    """Return why one number of a layer's weights moves.

    Args:
        held: The phase.
        command: Which number.
        ports: Names of the inputs of a node, by its path.

    Raises:
        ConfigError: When the phase doesn't move it, or there is no such number.
    """
    moment = moment_of(held, command.node)
    named = dict(moment.module.named_parameters())
    index = _index(held, named.get(command.name), command)
    cell = command.cell or _farthest(held.step(index))
    shape = held.run.parameters[index].shape
    if len(cell) != len(shape) or any(
        not 0 <= place < size for place, size in zip(cell, shape, strict=True)
    ):
        raise ConfigError(
            tr("The weights have no such place"),
            where=command.node,
            expected=", ".join(f"0 … {size - 1}" for size in shape),
            got=", ".join(map(str, cell)),
        )
    update, gradient = held.update_at(index, cell), held.recording.gradients[index]
    shares = torch.zeros(0)
    if command.samples or _is_quick(held):
        shares = contributions(held.recording, held.run.parameters[index], cell)
    return WeightExplained(
        command.node,
        command.name,
        cell,
        float(update.before),
        float(update.after),
        None if gradient is None else float(gradient[cell]),
        None if gradient is None else held.factor(index, cell),
        {term: float(part) for term, part in update.terms.items()},
        _hyper(held, index, cell),
        host(shares).astype(float),
        _paths(held, command, cell, ports) if command.paths else (),
    )


def _is_quick(held: Held) -> bool:
    """Return whether a backward pass for every sample takes no time to speak of."""
    moments = held.recording.moments.values()
    numbers = sum(y.numel() for moment in moments for y in moment.outputs)
    return numbers * samples_of(held) <= _QUICK


def _index(held: Held, weight: nn.Parameter | None, command: ExplainWeight) -> int:
    for index, own in enumerate(held.run.parameters):
        if own is weight:
            return index
    raise ConfigError(
        tr("The phase “{name}” doesn't move this layer", name=held.run.name),
        where=command.node,
        got=command.name,
    )


def _farthest(step: Tensor) -> tuple[int, ...]:
    place = int(step.abs().argmax())
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(place), step.shape))


def _hyper(held: Held, index: int, cell: tuple[int, ...]) -> dict[str, float]:
    """Return the settings and the memory of the optimizer that count for a weight."""
    weights = held.run.parameters[index]
    torch_ = held.run.optimizer.torch
    group = next(
        g for g in torch_.param_groups if any(w is weights for w in g["params"])
    )
    found = {name: float(group[name]) for name in _HYPER if name in group}
    for place, beta in enumerate(group.get("betas", ()), start=1):
        found[f"beta{place}"] = float(beta)
    for name, value in torch_.state.get(weights, {}).items():
        if name in _MEMORY and value is not None:
            known = torch.as_tensor(value)
            found[name] = float(known[cell] if known.dim() else known)
    return found


def _paths(
    held: Held, command: ExplainWeight, cell: tuple[int, ...], ports: Ports
) -> tuple[PathTold, ...]:
    """Return the largest ways to the losses, by what comes to this one weight."""
    found = paths(held.recording, command.node, command.name)
    told = [
        PathTold(path.nodes, float(path.gradient[cell]), _entries(held, path, ports))
        for path in found
    ]
    return tuple(sorted(told, key=lambda path: -abs(path.gradient)))


def _entries(held: Held, path: Path, ports: Ports) -> tuple[str, ...]:
    """Return by which input a path enters a node, where two wires join the two."""
    found = []
    steps = zip(path.nodes, path.nodes[1:], path.ports, strict=False)
    for before, node, port in steps:
        sources = held.recording.sources[node]
        if sum(source.node == before for source in sources) < 2:
            found.append("")
            continue
        names = ports(node)
        several = names.count(names[port]) > 1
        found.append(f"{names[port]} {port + 1}" if several else names[port])
    return tuple(found)
