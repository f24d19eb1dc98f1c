"""What if one weight were another: the loss, the layers behind it, the coming step."""

import math

import numpy as np
from torch import nn

from engine.errors import ConfigError
from engine.explain.answers.moments import moment_of
from engine.explain.trace.held import Held
from engine.explain.whatif import landscape, outcome
from engine.i18n import tr
from engine.protocol.tracing.trials import TryWeight, WeightTried

_POINTS = 21
"""Of the loss along a weight."""


def tried(held: Held, command: TryWeight) -> WeightTried:
    """Return what follows if one weight were another; the step is as it was.

    Raises:
        ConfigError: When the phase moves no such weight.
    """
    weight = _weight(held, command)
    now = float(weight.detach()[command.cell])
    reach = max(1.0, 2 * abs(now)) if math.isfinite(now) else 1.0
    value = command.value
    if value is None:
        value = 0.0 if now else reach / 2
    found = outcome.weight(held, weight, command.cell, value)
    values = np.zeros(0)
    if command.along:
        values = np.linspace(now - reach, now + reach, _POINTS)
    losses = landscape.along(held, weight, command.cell, values.tolist())
    return WeightTried(
        command.node,
        command.name,
        command.cell,
        now,
        value,
        found.before,
        found.after,
        found.predicted,
        found.stepped_before,
        found.stepped_after,
        {path: each.change for path, each in found.nodes.items()},
        values,
        np.array(losses, float),
    )


def _weight(held: Held, command: TryWeight) -> nn.Parameter:
    """Return the tensor that a weight is in.

    Raises:
        ConfigError: When the phase moves no such weight.
    """
    moment = moment_of(held, command.node)
    weight = dict(moment.module.named_parameters()).get(command.name)
    moved = set(map(id, held.run.parameters))
    shape = () if weight is None else tuple(weight.shape)
    if (
        weight is None
        or id(weight) not in moved
        or len(command.cell) != len(shape)
        or any(not 0 <= n < size for n, size in zip(command.cell, shape, strict=True))
    ):
        cell = ",".join(map(str, command.cell))
        raise ConfigError(
            tr("The phase “{name}” moves no such weight", name=held.run.name),
            where=command.node,
            got=f"{command.name}[{cell}]",
        )
    return weight
