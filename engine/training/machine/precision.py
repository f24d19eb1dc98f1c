"""bf16 where it is sound: layers compute in 16 bits, losses always in 32."""

from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from engine.compile.program import Program


def autocast(device: torch.device) -> AbstractContextManager[None]:
    """Return the context in which layers compute in bf16.

    Source: Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training
    """
    return torch.autocast(device.type, torch.bfloat16)


def keep_losses_exact(program: Program, device: torch.device) -> None:
    """Let all losses of a program compute in float32, also inside `autocast`.

    A mean over many bf16 numbers has two right digits, and torch refuses some losses
    (`binary_cross_entropy` on CUDA) in autocast altogether.
    """
    for path in program.evaluation.losses:
        _Exact(program.modules.at(program.node(path).home), device.type)


class _Exact:
    """Switches autocast off for as long as one module computes."""

    def __init__(self, module: nn.Module, device_type: str) -> None:
        self._type, self._outside = device_type, False
        module.register_forward_pre_hook(self._enter)
        module.register_forward_hook(self._leave, always_call=True)

    def _enter(
        self, _module: nn.Module, inputs: tuple[Tensor, ...]
    ) -> tuple[Tensor, ...]:
        self._outside = torch.is_autocast_enabled(self._type)
        torch.set_autocast_enabled(self._type, False)
        return tuple(x.float() if x.is_floating_point() else x for x in inputs)

    def _leave(self, *_arguments: object) -> None:
        torch.set_autocast_enabled(self._type, self._outside)
