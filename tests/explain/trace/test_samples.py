"""What samples add to a gradient: the sum, and single samples by hand."""

import pytest
import torch

import presets
from engine.compile.program import compile_project
from engine.explain.trace.recording import record
from engine.explain.trace.samples import contributions
from engine.training.evaluation.feeds import Feeds


def step_of(name, count=6):
    program = compile_project(presets.load(name), seed=0)
    program.modules.double()
    batch = Feeds(program, count, torch.device("cpu"), seed=0).first()
    batch = {k: v.double() if v.is_floating_point() else v for k, v in batch.items()}
    return program.phases[0], batch


@pytest.mark.parametrize(
    "name", ["digits-mlp", "mnist-resnet", "digits-lstm", "tiny-gpt", "seq2seq", "vae"]
)
def test_shares_add_up_to_the_gradient(name):
    phase, batch = step_of(name)
    seen = record(phase, batch)
    for index, parameter in enumerate(phase.parameters):
        if seen.gradients[index] is None or parameter.numel() > 20_000:
            continue
        shares = contributions(seen, parameter)
        wanted = seen.gradients[index]
        assert shares.shape[1:] == parameter.shape
        assert torch.allclose(shares.sum(0), wanted, rtol=1e-8, atol=1e-12)


def test_the_share_of_a_sample_is_its_own_gradient_over_the_batch():
    """Where samples don't influence each other."""
    phase, batch = step_of("spirals", 5)
    seen, parameter = record(phase, batch), phase.parameters[0]
    shares = contributions(seen, parameter)
    for sample in range(5):
        alone = {name: values[sample : sample + 1] for name, values in batch.items()}
        (wanted, *_) = record(phase, alone).gradients
        assert torch.allclose(5 * shares[sample], wanted, rtol=1e-8, atol=1e-12)


def test_a_cell_is_that_of_the_whole(monkeypatch):
    phase, batch = step_of("mnist-resnet", 4)
    seen, parameter = record(phase, batch), phase.parameters[0]
    whole = contributions(seen, parameter)
    cell = tuple(size // 2 for size in parameter.shape)
    assert torch.equal(
        contributions(seen, parameter, cell), whole[(slice(None), *cell)]
    )
    monkeypatch.setattr("engine.explain.trace.samples.MOST_BYTES", 1)  # one at a time
    assert torch.allclose(contributions(seen, parameter), whole, atol=1e-12)


def test_a_wrong_label_pulls_hardest():
    """A trained net, one label changed: its sample stands first, nearly always."""
    found, tries = 0, 12
    project = presets.load("digits-mlp")
    program = compile_project(project, seed=0)
    phase = program.phases[0]
    feeds = Feeds(program, 64, torch.device("cpu"), seed=0)
    optimizer = torch.optim.Adam(phase.parameters, 3e-3)
    for _ in range(300):
        optimizer.zero_grad()
        phase.total(phase.run(feeds.next())).backward()
        optimizer.step()
    program.modules.eval()
    name = next(n for n in phase.feed_names if n.endswith("label"))
    last = phase.parameters[-2]  # weights of the scores
    for number in range(tries):
        batch = dict(feeds.next())
        labels, sample = batch[name].clone(), number % len(batch[name])
        wrong = (labels[sample] + 1 + number % 9) % 10
        labels[sample] = wrong
        batch[name] = labels
        shares = contributions(record(phase, batch), last, (int(wrong),))
        order = shares.flatten(1).norm(dim=1).argsort(descending=True)
        found += sample in order[:3].tolist()
    assert found >= 0.9 * tries
