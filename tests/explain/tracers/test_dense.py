"""Every number of a dense layer, against autograd and against loops written by hand."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

import presets
from engine.compile.program import compile_project
from engine.explain.tracers.moment import Moment, moments
from engine.explain.tracers.table import FAMILIES, tracer_of
from engine.layers import registry
from engine.training.evaluation.feeds import Feeds

LINEAR = tracer_of("linear")


def moment(shape, *, bias=True):
    """Return a layer in the middle of a step, and what autograd says of it."""
    torch.manual_seed(3)
    layer = nn.Linear(shape[-1], 4, bias=bias).double()
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    y = layer(x)
    loss = (y * torch.randn_like(y)).pow(2).sum() / len(x)
    delta, by_x, *by_weights = torch.autograd.grad(loss, [y, x, *layer.parameters()])
    names = [name for name, _ in layer.named_parameters()]
    seen = Moment("layer", layer, (x.detach(),), y.detach(), delta)
    return seen, by_x, dict(zip(names, by_weights, strict=True))


@pytest.mark.parametrize("shape", [(6, 5), (3, 2, 5)])
@pytest.mark.parametrize("bias", [True, False])
def test_output_and_gradients_equal_autograd(shape, bias):
    seen, by_x, by_weights = moment(shape, bias=bias)
    found = LINEAR.gradients(seen)
    assert torch.allclose(LINEAR.output(seen), seen.output, atol=1e-14)
    assert torch.allclose(found.inputs[0], by_x, atol=1e-14)
    assert found.weights.keys() == by_weights.keys()
    for name, gradient in by_weights.items():
        assert torch.allclose(found.weights[name], gradient, atol=1e-13)


def test_terms_are_those_of_the_definition():
    seen, _, _ = moment((6, 5))
    x, w = seen.inputs[0].tolist(), seen.module.weight.tolist()
    delta, bias = seen.upstream.tolist(), seen.module.bias.tolist()
    out = LINEAR.output_terms(seen, (2, 3))
    assert out.products.tolist() == pytest.approx(
        [x[2][f] * w[3][f] for f in range(5)], rel=1e-12
    )
    assert out.rest == bias[3]
    back = LINEAR.weight_terms(seen, "weight", (3, 1))
    assert back.products.tolist() == pytest.approx(
        [delta[n][3] * x[n][1] for n in range(6)], rel=1e-12
    )
    given = LINEAR.input_terms(seen, 0, (2, 1))
    assert given.products.tolist() == pytest.approx(
        [delta[2][k] * w[k][1] for k in range(4)], rel=1e-12
    )


@pytest.mark.parametrize("shape", [(6, 5), (3, 2, 5)])
def test_totals_of_terms_are_the_numbers_themselves(shape):
    seen, by_x, by_weights = moment(shape)
    for cell in torch.cartesian_prod(*map(torch.arange, seen.output.shape)).tolist():
        total = LINEAR.output_terms(seen, tuple(cell)).total
        assert total == pytest.approx(float(seen.output[tuple(cell)]), abs=1e-13)
    for cell in torch.cartesian_prod(*map(torch.arange, by_x.shape)).tolist():
        total = LINEAR.input_terms(seen, 0, tuple(cell)).total
        assert total == pytest.approx(float(by_x[tuple(cell)]), abs=1e-13)
    for name, gradient in by_weights.items():
        for place in range(gradient.numel()):
            cell = tuple(
                int(i) for i in torch.unravel_index(torch.tensor(place), gradient.shape)
            )
            total = LINEAR.weight_terms(seen, name, cell).total
            assert total == pytest.approx(float(gradient[cell]), abs=1e-12)


def batch_of(program, count=16):
    feeds = Feeds(program, count, torch.device("cpu"), seed=0)
    return next(iter(feeds.validation_batches(count)))[1]


def test_moments_of_a_preset_equal_its_own_backward_pass():
    program = compile_project(presets.load("spirals"), seed=0)
    phase = program.phases[0]
    batch = batch_of(program)
    seen = moments(phase, batch)
    loss = phase.total(phase.run(batch))
    loss.backward()
    layers = [p for p in seen if program.node(p).type == "linear"]
    assert len(layers) > 1
    for path in layers:
        found = LINEAR.gradients(seen[path])
        for name, parameter in seen[path].module.named_parameters():
            assert torch.allclose(found.weights[name], parameter.grad, atol=1e-6)


def test_a_look_leaves_statistics_and_random_numbers_alone():
    project = presets.load("mnist-resnet")
    program = compile_project(project, seed=0)
    phase, batch = program.phases[0], batch_of(program)
    state = {n: value.clone() for n, value in program.modules.state_dict().items()}
    random = torch.get_rng_state()
    assert moments(phase, batch)
    assert torch.equal(torch.get_rng_state(), random)
    assert same(state, program)
    assert all(parameter.grad is None for parameter in program.modules.parameters())
    phase.run(batch)  # a step does move them
    assert not same(state, program)


def same(state, program):
    return all(
        torch.equal(state[n], v) for n, v in program.modules.state_dict().items()
    )


def test_dropout_draws_no_random_numbers_from_the_training():
    graph = torch.fx.symbolic_trace(nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5)))
    phase = SimpleNamespace(
        graph_module=graph, feed_names=("x",), total=lambda result: result.sum()
    )
    for n in graph.graph.nodes:
        n.meta["node"] = str(n.target)
    seen = torch.get_rng_state()
    assert set(moments(phase, {"x": torch.ones(2, 3)})) == {"0", "1"}
    assert torch.equal(torch.get_rng_state(), seen)


def test_tracers_stand_in_the_family_of_their_entry():
    families = {f.__name__.rpartition(".")[2]: f for f in registry.FAMILIES}
    for name, tracers in FAMILIES.items():
        assert set(tracers) <= {spec.id for spec in families[name].SPECS}
    assert tracer_of("nothing") is None
