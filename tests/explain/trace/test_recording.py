"""What is recorded of a step, against the plain backward pass of autograd."""

import pytest
import torch

import presets
from engine.compile.program import compile_project
from engine.explain.trace import replay
from engine.explain.trace.recording import record
from engine.training.evaluation.feeds import Feeds

ALL = presets.all_ids()
VARIED = ("mnist-resnet", "digits-lstm", "tiny-gpt", "seq2seq", "gan-2d", "multimodal")


def steps_of(name, count=6):
    """Yield phases of a preset with a batch."""
    program = compile_project(presets.load(name), seed=0)
    batch = Feeds(program, count, torch.device("cpu"), seed=0).first()
    for phase in program.phases:
        phase.enter()
        yield program, phase, batch


def plainly(phase, batch):
    """Return loss and gradients of a plain step, with the same random numbers."""
    before = torch.get_rng_state()
    buffers = [b.clone() for b in phase.graph_module.buffers()]
    total = phase.total(phase.run(batch))
    found = torch.autograd.grad(total, phase.parameters, allow_unused=True)
    torch.set_rng_state(before)
    with torch.no_grad():
        for buffer, was in zip(phase.graph_module.buffers(), buffers, strict=True):
            buffer.copy_(was)
    return total.item(), found


@pytest.mark.parametrize("name", ALL)
def test_gradients_are_those_of_a_plain_step_but_for_the_order_of_sums(name):
    for _, phase, batch in steps_of(name):
        total, expected = plainly(phase, batch)
        seen = record(phase, batch)
        assert seen.total == total
        for found, wanted in zip(seen.gradients, expected, strict=True):
            assert (found is None) == (wanted is None)
            assert found is None or torch.allclose(found, wanted, atol=1e-7)


@pytest.mark.parametrize("name", VARIED)
def test_what_a_node_hands_back_is_computed_again_to_the_bit(name):
    for _, phase, batch in steps_of(name):
        seen = record(phase, batch)
        sums = {}
        for moment in seen.moments.values():
            again = replay.back(moment)
            for found, given in zip(again.inputs, moment.given, strict=True):
                assert given is None or torch.equal(found, given), moment.node
            for weight_name, weight in moment.module.named_parameters():
                before = sums.get(id(weight), 0.0)
                sums[id(weight)] = before + again.weights[weight_name]
        for weight, gradient in zip(phase.parameters, seen.gradients, strict=True):
            same = gradient is None or torch.allclose(
                sums[id(weight)], gradient, atol=1e-6
            )
            assert same


@pytest.mark.parametrize("name", VARIED)
def test_what_readers_hand_back_adds_up_where_they_read(name):
    for _, phase, batch in steps_of(name):
        seen = record(phase, batch)
        arrived = {}
        for path, moment in seen.moments.items():
            for source, given in zip(seen.sources[path], moment.given, strict=True):
                if given is not None:
                    arrived[source] = arrived.get(source, 0.0) + given
        weights = dict(zip(phase.losses, phase.weights, strict=True))
        for (node, output), total in arrived.items():
            if node in seen.moments and node not in weights:
                upstream = seen.moments[node].upstreams[output]
                assert torch.allclose(total, upstream, atol=1e-6), node


def test_a_look_leaves_statistics_random_numbers_and_gradients_alone():
    (program, phase, batch), *_ = steps_of("mnist-resnet")
    state = {n: value.clone() for n, value in program.modules.state_dict().items()}
    random = torch.get_rng_state()
    seen = record(phase, batch)
    for moment in seen.moments.values():
        replay.back(moment)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(
        torch.equal(state[n], v) for n, v in program.modules.state_dict().items()
    )
    assert all(parameter.grad is None for parameter in program.modules.parameters())


def test_a_look_needs_no_phase_to_be_entered_and_changes_none():
    program = compile_project(presets.load("gan-2d"), seed=0)
    batch = Feeds(program, 6, torch.device("cpu"), seed=0).first()
    first, second = program.phases
    first.enter()
    before = [p.requires_grad for p in program.modules.parameters()]
    assert any(g is not None for g in record(second, batch).gradients)
    assert [p.requires_grad for p in program.modules.parameters()] == before
