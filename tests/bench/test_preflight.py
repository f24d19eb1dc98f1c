"""What is told of a training before it begins."""

import numpy as np
import pytest
import torch

import presets
from engine.bench.preflight import labels
from engine.bench.preflight.preflight import Preflighting
from engine.bench.preflight.rig import Rig
from engine.graph.edits import apply_all
from engine.protocol.bench.preflight import Preflight, Trying
from tests.faults.preflight import PLANTED, look, tell

QUICK = {"learning rate × 100", "learning rate / 1,000", "shuffled labels",
         "inputs × 1,000", "weights that count nothing",
         "judged by the whole batch", "answer as input"}  # fmt: skip


def still() -> float:
    """A clock on which nothing takes time: what is told doesn't hang on the machine."""
    return 0.0


@pytest.mark.parametrize(
    "planted", [p for p in PLANTED if p.name in QUICK], ids=lambda p: p.name
)
def test_a_planted_fault_is_named(planted):
    assert planted.faults & look(planted, still).keys()


@pytest.mark.parametrize("name", ["xor", "digits-mlp", "gan-2d"])
def test_a_healthy_network_is_left_in_peace(name):
    told = tell(presets.load(name), still)
    assert [finding.text for finding in told.findings] == []
    assert [c.id for c in told.checks] == [
        "document", "start", "mixing", "by_heart", "gradients", "inputs", "labels",
        "rate",
    ]  # fmt: skip


def test_the_fix_of_a_rate_mends_it():
    project = presets.load("digits-mlp")
    PLANTED[0].plant(project)
    (finding,) = tell(project, still).findings
    apply_all(project, finding.fixes[0].edits)
    assert tell(project, still).findings == ()


def test_a_first_loss_is_that_of_plain_torch():
    project = presets.load("digits-mlp")
    rig = Rig(project)
    try:
        rig.begin()
        phase, modules = rig.parts.phases[0], rig.parts.program.modules
        batch = rig.few()
        x = batch["data.image"].flatten(1)
        layers = [modules.at(name) for name in ("linear1", "linear2", "scores")]
        modules.eval()  # no dropout
        for layer in layers[:-1]:
            x = torch.relu(x @ layer.weight.T + layer.bias)
        scores = x @ layers[-1].weight.T + layers[-1].bias
        picked = scores.log_softmax(1)[range(len(x)), batch["data.label"]]
        assert rig.loss(phase, [batch]) == pytest.approx(
            -picked.detach().mean().item(), 1e-5
        )
    finally:
        rig.close()


def test_a_rig_is_put_back_and_torch_draws_on_as_before():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    threads = torch.get_num_threads()
    rig = Rig(presets.load("digits-mlp"))
    rig.begin()
    weights = rig.parts.program.modules.state_dict()
    before = {name: values.clone() for name, values in weights.items()}
    phase = rig.parts.phases[0]
    first = next(rig.fresh(1))
    list(rig.learn(phase, rig.adam(phase, 0.1), rig.fresh(5)))
    assert any(not torch.equal(before[n], v) for n, v in weights.items())
    rig.put_back()
    assert all(torch.equal(before[n], v) for n, v in weights.items())
    again = next(rig.fresh(1))
    assert all(torch.equal(first[n], again[n]) for n in first)
    rig.close()
    assert torch.equal(torch.rand(1), expected)
    assert torch.get_num_threads() == threads


def test_neighbours_are_those_of_numpy():
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(90, 3)).astype(np.float32)
    classes = (inputs[:, 0] > 0).astype(np.float32)
    scaled = (inputs - inputs.mean(0)) / (inputs.std(0, ddof=1) + 1e-6)
    apart = ((scaled[:, None] - scaled[None]) ** 2).sum(2)
    np.fill_diagonal(apart, np.inf)
    mine = (classes[apart.argmin(1)] != classes).mean()
    draw = torch.Generator().manual_seed(0)
    shuffled = [
        (classes[torch.randperm(90, generator=draw).numpy()] != classes).mean()
        for _ in range(labels.SHUFFLES)
    ]
    expected = (np.mean(shuffled) - mine) / np.std(shuffled, ddof=1)
    pairs = labels.Pairs(
        torch.from_numpy(inputs), torch.from_numpy(classes)[:, None], are_classes=True
    )
    assert labels.surprise(pairs) == pytest.approx(expected, rel=1e-3)


def test_it_can_be_called_off():
    work = Preflighting(presets.load("digits-mlp"))
    told = []
    for each in work.run():
        told.append(each)
        if len(told) == 2:
            work.stop()
    assert all(isinstance(each, Trying) for each in told)
    assert not any(isinstance(each, Preflight) for each in told)
