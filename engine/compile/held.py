"""What a node keeps for the backward pass, found on torch's meta device."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

Outputs = tuple[Tensor, ...]
_GATES = {"LSTM": 6, "GRU": 5}
"""Numbers that recurrent layers keep per step and unit, beside their output."""


class Held(NamedTuple):
    """What is kept of one forward pass until its backward pass.

    Args:
        inside_bytes: Beside inputs and outputs.
        inputs: Indices of the inputs that are kept.
        outputs: Whether an output is kept.
        alias: Index of the input that the output is another view of, −1 for none.
    """

    inside_bytes: int = 0
    inputs: tuple[int, ...] = ()
    outputs: bool = False
    alias: int = -1


def run_and_see(module: nn.Module, probes: Sequence[Tensor]) -> tuple[Outputs, Held]:
    """Return what a module puts out, and what it keeps.

    Args:
        module: On the meta device, in training mode.
        probes: Its inputs; decimal ones must ask for a gradient.
    """
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[_key(tensor)] = storage.nbytes()
        return tensor.detach()  # an output that holds itself would never go

    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)
    if isinstance(module, nn.RNNBase):  # on meta it is taken apart, step by step
        with torch.no_grad():
            outputs = _as_tuple(module(*probes))
        return outputs, _recurrent(module, outputs[0])
    with torch.enable_grad(), hooks, _AtOnce():
        outputs = _as_tuple(module(*probes))
    # Tensors that share memory count once, by their storage. Weights are there anyway,
    # inputs and outputs are counted at the nodes that make them.
    ours = {_key(tensor) for tensor in (*module.parameters(), *module.buffers())}
    ends = {_key(tensor) for tensor in outputs}
    starts = [_key(tensor) for tensor in probes]
    inside = set(kept) - ours - ends - set(starts)
    return outputs, Held(
        sum(kept[key] for key in inside),
        tuple(index for index, key in enumerate(starts) if key in kept),
        any(key in kept for key in ends - set(starts)),
        next((index for index, key in enumerate(starts) if key in ends), -1),
    )


def _key(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - meta has no address


def _as_tuple(result: Any) -> Outputs:  # noqa: ANN401 - whatever a module returns
    return result if isinstance(result, tuple) else (result,)


def _recurrent(module: nn.RNNBase, out_NTH: Tensor) -> Held:
    per_unit = _GATES.get(module.mode, 1) * module.num_layers
    return Held(per_unit * out_NTH.nbytes, (0,), outputs=True)


class _AtOnce(TorchFunctionMode):
    """What torch does otherwise, or number by number, on its meta device.

    Attention keeps no table of time by time, as in the fused kernel; a bilinear layer
    has one step for all outputs, however many.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,  # noqa: ANN401 - as torch calls it
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        given = kwargs or {}
        is_fused = func is F.scaled_dot_product_attention and args[0].dim() == 4
        if is_fused and not given.get("dropout_p") and "attn_mask" not in given:
            return _Fused.apply(*args[:3])  # type: ignore[no-untyped-call]
        if func is F.bilinear and len({each.dtype for each in args[:3]}) == 1:
            return _Bilinear.apply(*args[:3])  # type: ignore[no-untyped-call]
        return func(*args, **given)


class _Fused(torch.autograd.Function):
    """Shapes and kept tensors of torch's flash attention."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:  # noqa: ANN401
        """Return an output of the right shape.

        Shape:
            query N×…×T×D, key N×…×S×D, value N×…×S×E → N×…×T×E
        """
        # raises where shapes don't fit
        out = query @ key[..., :1, :].transpose(-1, -2) @ value[..., :1, :]
        ctx.save_for_backward(query, key, value, out)
        return out

    @staticmethod
    def backward(_ctx: Any, *_gradients: Any) -> Any:  # noqa: ANN401
        """Never asked for: shapes alone are looked at."""
        raise NotImplementedError


class _Bilinear(torch.autograd.Function):
    """Shapes and kept tensors of torch's bilinear function."""

    @staticmethod
    def forward(ctx: Any, left: Tensor, right: Tensor, weight: Tensor) -> Tensor:  # noqa: ANN401
        """Return an output of the right shape.

        Shape:
            left N×…×A, right N×…×B, weight K×A×B → N×…×K
        """
        ctx.save_for_backward(left, right, weight)
        return left.new_empty((*left.shape[:-1], len(weight)))

    @staticmethod
    def backward(_ctx: Any, *_gradients: Any) -> Any:  # noqa: ANN401
        """Never asked for: shapes alone are looked at."""
        raise NotImplementedError
