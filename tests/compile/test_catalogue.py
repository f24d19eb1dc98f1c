"""Every entry of the catalogue builds, runs, and has the shape that was foretold."""

import pytest
import torch

from engine.compile.build import build
from engine.compile.builders.table import BUILDERS
from engine.compile.infer import Flow, infer
from engine.layers import registry
from tests.helpers.catalogue import inputs_of

BUILT = sorted(BUILDERS)
COMPUTED = [
    type_id
    for type_id in BUILT
    if registry.get(type_id).category not in {"metric", "view"}
]


def _built(type_id: str, inputs: list[torch.Tensor]) -> torch.nn.Module:
    return build(
        type_id,
        registry.get(type_id).defaults(),
        tuple(tuple(x.shape) for x in inputs),
        tuple(x.dtype for x in inputs),
    )


def test_catalogue_lacks_only_builders_of_sources_and_blocks():
    known = {spec.id for spec in registry.all_specs()}
    assert known - set(BUILDERS) == {"data", "noise", "block"}
    assert set(BUILDERS) <= known


@pytest.mark.parametrize("type_id", COMPUTED)
def test_default_layer_runs_with_the_inferred_shape(type_id):
    inputs = inputs_of(type_id)
    torch.manual_seed(0)
    module = _built(type_id, inputs)
    result = module(*inputs)
    outputs = result if isinstance(result, tuple) else (result,)
    flows = tuple(Flow(tuple(x.shape), x.dtype) for x in inputs)
    found = infer(type_id, registry.get(type_id).defaults(), flows)
    assert [flow.shape for flow in found.outputs] == [tuple(x.shape) for x in outputs]
    assert [flow.dtype for flow in found.outputs] == [x.dtype for x in outputs]
    assert len(outputs) == len(registry.get(type_id).outputs)
    trained = sum(p.numel() for p in module.parameters())
    assert found.parameters - found.frozen == trained
    if found.frozen:  # what LoRA leaves as it is
        assert found.frozen == sum(b.numel() for b in module.buffers())
    assert all(torch.isfinite(x).all() for x in outputs if x.is_floating_point())


@pytest.mark.parametrize("type_id", sorted(set(BUILT) - set(COMPUTED)))
def test_metric_or_view_hands_its_inputs_on(type_id):
    inputs = inputs_of(type_id)
    result = _built(type_id, inputs)(*inputs)
    assert all(a is b for a, b in zip(result, inputs, strict=True))


@pytest.mark.parametrize(
    "type_id", [t for t in COMPUTED if registry.get(t).category == "loss"]
)
def test_loss_is_one_number_that_can_be_differentiated(type_id):
    inputs = inputs_of(type_id)
    inputs[0].requires_grad_()
    loss = _built(type_id, inputs)(*inputs)
    assert loss.shape == ()
    (gradient,) = torch.autograd.grad(loss, inputs[0])
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("type_id", COMPUTED)
def test_layer_mode_does_not_change_the_shape(type_id):
    inputs = inputs_of(type_id)
    module = _built(type_id, inputs)
    with torch.no_grad():
        trained = module.train()(*inputs)
        judged = module.eval()(*inputs)
    pairs = zip(_tuple(trained), _tuple(judged), strict=True)
    assert all(a.shape == b.shape for a, b in pairs)


def _tuple(result):
    return result if isinstance(result, tuple) else (result,)
