"""Optimizers by id: torch's own classes with the settings of the document.

`fused` runs one kernel for all weights where torch has it for the device; otherwise
`foreach` groups them. Both give torch's numbers within rounding.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop

from engine.errors import ConfigError
from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Choice
from engine.i18n import tr
from engine.layers.spec import Value
from engine.protocol.live_settings import RATES

Groups = Sequence[tuple[float, Sequence[Tensor]]]
"""Weights with the factor of their learning rate."""

_CLASSES: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": NAdam,
}
_WITH_FUSED = frozenset({"cpu", "cuda", "xpu", "mps"})
_FUSED_ON = {
    "sgd": _WITH_FUSED,
    "adam": _WITH_FUSED,
    "adamw": _WITH_FUSED,
    "adagrad": frozenset({"cpu"}),
}


class LiveOptimizer:
    """A torch optimizer whose rate, momentum and decay can change at any step.

    Args:
        choice: Id and settings of the document.
        groups: What it updates; an own group per learning-rate factor.
        device: Where the weights are.

    Source: see `engine.graph.options.OPTIMIZERS`.
    """

    def __init__(self, choice: Choice, groups: Groups, device: torch.device) -> None:
        self._values = choice.complete(OPTIMIZERS)
        self._momentum = "beta1" if "beta1" in self._values else "momentum"
        self.type, self.title = choice.type, OPTIMIZERS[choice.type].title
        self.torch = _build(self.type, self._values, groups, device)
        self._applied: tuple[float, float] | None = None

    @property
    def hyper(self) -> dict[str, float]:
        """Return the present base values of those of `RATES` that it has."""
        names = {"momentum": self._momentum}
        values = {name: self._values.get(names.get(name, name)) for name in RATES}
        return {k: float(v) for k, v in values.items() if isinstance(v, int | float)}

    def set(self, name: str, value: float) -> None:
        """Change one of `RATES` from the next update on.

        Raises:
            ConfigError: As `check`; nothing has changed then.
        """
        checked = self.check(name, value)
        name = self._own_name(name)
        self._values[name] = checked
        for group in self.torch.param_groups:
            group["weight_decay"] = self._values["weight_decay"]
        self._applied = None
        if name == "momentum" and checked:
            self._make_buffers()

    def check(self, name: str, value: float) -> Value:
        """Return the value as `set` would take it.

        Raises:
            ConfigError: When this optimizer has no such setting or the value is out
                of its range.
        """
        if name not in self.hyper:
            raise ConfigError(
                tr(
                    "{type} has no “{name}”",
                    type=OPTIMIZERS[self.type].title,
                    name=name,
                ),
                expected=", ".join(self.hyper),
            )
        name = self._own_name(name)
        checked = Choice(self.type, {name: value}).checked(OPTIMIZERS, tr("Training"))
        return checked.params[name]

    def _own_name(self, name: str) -> str:
        return self._momentum if name == "momentum" else name

    def _make_buffers(self) -> None:
        """Give RMSprop the buffers that torch makes only before the first step."""
        if self.type == "rmsprop":
            for values in self.torch.state.values():
                square = values["square_avg"]
                values.setdefault("momentum_buffer", torch.zeros_like(square))

    def apply(self, factor: float, momentum_shift: float) -> float:
        """Set rate and momentum of the coming update.

        Args:
            factor: Of the learning rate, from the schedule.
            momentum_shift: Added to the momentum, if the optimizer uses one.

        Returns:
            The learning rate (of weights whose own factor is 1).
        """
        hyper = self._values["lr"]
        assert isinstance(hyper, float)
        rate = hyper * factor
        if self._applied != (rate, momentum_shift):
            self._applied = (rate, momentum_shift)
            for group in self.torch.param_groups:
                group["lr"] = rate * group["lr_factor"]
                self._set_momentum(group, momentum_shift)
        return rate

    def _set_momentum(self, group: dict[str, Any], shift: float) -> None:
        momentum = self._values.get(self._momentum)
        if not isinstance(momentum, float):
            return
        if momentum > 0.0:
            momentum = max(0.0, momentum + shift)
        if self._momentum == "beta1":
            group["betas"] = (momentum, self._values["beta2"])
        else:
            group["momentum"] = momentum
        if self.type == "sgd":
            group["nesterov"] = bool(self._values["nesterov"]) and momentum > 0.0


def _build(
    type_id: str, values: dict[str, Any], groups: Groups, device: torch.device
) -> Optimizer:
    settings = dict(values)
    if "beta1" in settings:
        settings["betas"] = (settings.pop("beta1"), settings.pop("beta2"))
    if "nesterov" in settings:
        settings["nesterov"] = settings["nesterov"] and settings["momentum"] > 0
    fused = device.type in _FUSED_ON.get(type_id, ())
    kernels: dict[str, Any] = {"fused": True} if fused else {"foreach": True}
    rows = [
        {"params": list(weights), "lr": values["lr"] * factor, "lr_factor": factor}
        for factor, weights in groups
    ]
    return _CLASSES[type_id](rows, **settings, **kernels)
