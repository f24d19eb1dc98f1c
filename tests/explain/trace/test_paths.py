"""Paths to the loss: they add up to the gradient; each is a product of slopes."""

import pytest
import torch

import presets
from engine.compile.program import compile_project
from engine.explain.trace.paths import paths
from engine.explain.trace.recording import record
from engine.training.evaluation.feeds import Feeds


def step_of(name, count=4):
    program = compile_project(presets.load(name), seed=0)
    program.modules.double()
    batch = Feeds(program, count, torch.device("cpu"), seed=0).first()
    batch = {k: v.double() if v.is_floating_point() else v for k, v in batch.items()}
    return program, program.phases[0], batch


@pytest.mark.parametrize("name", ["spirals", "mnist-resnet", "digits-lstm", "vae"])
def test_all_paths_add_up_to_the_gradient_of_a_use(name):
    program, phase, batch = step_of(name)
    seen = record(phase, batch)
    names = {id(p): n for n, p in program.modules.named_parameters()}
    first = names[id(phase.parameters[0])].rpartition(".")
    found = paths(seen, first[0], first[2], most=10_000)
    total = torch.stack([path.gradient for path in found]).sum(0)
    assert torch.allclose(total, seen.gradients[0], rtol=1e-10, atol=1e-12)
    sizes = [float(path.gradient.norm()) for path in found]
    assert sizes == sorted(sizes, reverse=True)
    assert len({path.nodes for path in found}) == len(found)
    for path in found:
        assert path.nodes[0] == first[0]
        assert path.nodes[-1] in phase.losses
        for node, reader in zip(path.nodes, path.nodes[1:], strict=False):
            assert node in {source.node for source in seen.sources[reader]}


def test_residual_blocks_fork_every_time():
    """Two residual blocks make four ways at least; a chain has one."""
    _, phase, batch = step_of("mnist-resnet")
    names = list(record(phase, batch).moments)
    assert len(paths(record(phase, batch), names[0], "weight", most=100)) >= 4
    program, phase, batch = step_of("digits-mlp")
    layers = [path for path, ps in program.layer_parameters.items() if ps]
    assert len(paths(record(phase, batch), layers[0], "weight", most=100)) == 1


def test_a_path_is_the_product_of_its_slopes():
    """Two dense layers: δ of the loss, times W of the second, times x."""
    program, phase, batch = step_of("spirals")
    seen = record(phase, batch)
    layers = [path for path, ps in program.layer_parameters.items() if ps]
    (path,) = paths(seen, layers[-1], "weight")
    moment = seen.moments[layers[-1]]
    assert torch.allclose(
        path.gradient, moment.upstream.T @ moment.inputs[0], atol=1e-12
    )
