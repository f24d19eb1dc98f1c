"""What a single node puts out, found on torch's meta device: no memory, no data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.compile.build import build, refusal
from engine.compile.build_context import Site
from engine.compile.flops import count_flops
from engine.compile.held import Held, run_and_see
from engine.compile.shape_text import Shape
from engine.errors import EngineError
from engine.layers import registry
from engine.layers.datasets.catalogue import spec_of
from engine.layers.spec import Value

PROBE_BATCH = 2
"""Samples of the probing batch; more than one because of BatchNorm."""
DTYPES: dict[str, torch.dtype] = {"float": torch.float32, "int": torch.int64}
_UNTOUCHED = {"ctc"}
"""Losses that need real numbers; their builder has checked everything already."""


class Flow(NamedTuple):
    """What flows through a wire.

    Args:
        shape: With PROBE_BATCH in front; 1 in front means the same for every sample.
        dtype: float32 or int64.
        classes: How many classes a label may name, 0 where unknown.
    """

    shape: Shape
    dtype: torch.dtype = torch.float32
    classes: int = 0


@dataclass(frozen=True)
class Inference:
    """What is known of a node.

    Args:
        outputs: One flow per output port.
        parameters: Number of weights, those under LoRA among them.
        flops: Of the forward pass, per sample.
        activation_bytes: Of the outputs, per sample.
        held: What it keeps for the backward pass; `inside_bytes` per sample.
        fixed: Numbers beside the weights that nothing trains, such as means.
        frozen: Weights that nothing can train, as those under LoRA.
    """

    outputs: tuple[Flow, ...]
    parameters: int = 0
    flops: int = 0
    activation_bytes: int = 0
    held: Held = Held()  # noqa: RUF009 - a frozen value
    fixed: int = 0
    frozen: int = 0

    @property
    def trainable(self) -> int:
        """Number of weights that a training can move."""
        return self.parameters - self.frozen


def infer(
    type_id: str, params: Mapping[str, Value], inputs: tuple[Flow, ...]
) -> Inference:
    """Return what a node with these inputs puts out.

    Args:
        type_id: Id in the catalogue; not `block`.
        params: Complete.
        inputs: Flows into the connected ports, in port order.

    Raises:
        EngineError: When the node does not fit its inputs.
    """
    if type_id == "data":
        return _data(params)
    if type_id == "noise":
        shape = params["shape"]
        assert isinstance(shape, tuple | list)
        sizes = tuple(size for size in shape if isinstance(size, int))
        return _summed((Flow((PROBE_BATCH, *sizes)),))
    shapes = tuple(flow.shape for flow in inputs)
    dtypes = tuple(flow.dtype for flow in inputs)
    with torch.device("meta"):
        module = build(type_id, params, shapes, dtypes)
    # A view puts nothing out, a metric one number. Both are built all the same, so
    # that their builders refuse what doesn't fit.
    category = registry.get(type_id).category
    site = Site(type_id, params, shapes, dtypes)
    if category == "view":
        return Inference(())
    if category == "metric" or type_id in _UNTOUCHED:
        return Inference((Flow(()),))
    tensors, held = _run(module, site)
    outputs = tuple(_flow(tensor) for tensor in tensors)
    weights = sum(p.numel() for p in module.parameters())
    # Probed with two samples, told per sample: one would break BatchNorm.
    flops = count_flops(module, site, outputs[0].shape) // PROBE_BATCH
    held = held._replace(inside_bytes=held.inside_bytes // PROBE_BATCH)
    found = _summed(_with_classes(outputs, inputs), weights, flops, held)
    fixed = sum(b.numel() for b in module.buffers())
    if type_id != "lora_linear":
        return replace(found, fixed=fixed)
    # The weights under LoRA are buffers: they count as weights, and never move.
    return replace(found, parameters=weights + fixed, frozen=fixed)


def _with_classes(
    outputs: tuple[Flow, ...], inputs: tuple[Flow, ...]
) -> tuple[Flow, ...]:
    """Return the outputs; whole numbers that were only rearranged keep their range."""
    if len(inputs) == 1 and inputs[0].classes and len(outputs) == 1:
        whole = not outputs[0].dtype.is_floating_point
        return (outputs[0]._replace(classes=inputs[0].classes if whole else 0),)
    return outputs


def _run(module: nn.Module, site: Site) -> tuple[tuple[Tensor, ...], Held]:
    """Return what comes out, and what is kept where that can be seen."""
    try:
        # With gradients autograd saves what it will need: what a training holds in
        # memory. What can't run so may train all the same, or is refused below.
        return run_and_see(module, _probes(site, gradients=True))
    except Exception:  # noqa: BLE001 - what keeps gradients out is no mistake yet
        return _run_plainly(module, site), Held()


def _run_plainly(module: nn.Module, site: Site) -> tuple[Tensor, ...]:
    try:
        with torch.no_grad():
            result = module(*_probes(site))
    except EngineError:
        raise
    except (RuntimeError, ValueError, TypeError, AssertionError, IndexError) as error:
        raise refusal(site) from error
    return result if isinstance(result, tuple) else (result,)


def _probes(site: Site, *, gradients: bool = False) -> list[Tensor]:
    return [
        torch.empty(
            shape,
            dtype=dtype,
            device="meta",
            requires_grad=gradients and dtype.is_floating_point,
        )
        for shape, dtype in zip(site.shapes, site.dtypes, strict=True)
    ]


def _flow(tensor: Tensor) -> Flow:
    return Flow(tuple(tensor.shape), tensor.dtype)


def _summed(
    outputs: tuple[Flow, ...],
    parameters: int = 0,
    flops: int = 0,
    held: Held | None = None,
) -> Inference:
    size = sum(
        flow.dtype.itemsize * torch.Size(flow.shape).numel()
        for flow in outputs
        if flow.shape
    )
    return Inference(outputs, parameters, flops, size // PROBE_BATCH, held or Held())


def _data(params: Mapping[str, Value]) -> Inference:
    spec = spec_of(params)
    flows = [
        Flow((PROBE_BATCH, *port.shape), DTYPES[port.port.kind], len(port.classes))
        for port in spec.ports(params)
    ]
    return _summed(tuple(flows))
