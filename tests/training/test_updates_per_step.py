"""Several updates of a phase in one step, against plain torch."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.data.batches import BatchOrder
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from tests.training.projects import gan, mlp, phase


def copied(trainer, path):
    return copy.deepcopy(trainer.parts.program.modules.get_submodule(path))


@pytest.mark.parametrize("times", [2, 3])
def test_several_updates_equal_a_loop_by_hand(times):
    trainer = Trainer(mlp(phase("adam", times=times), steps=20))
    hidden, scores = copied(trainer, "hidden"), copied(trainer, "scores")
    net = nn.Sequential(hidden, nn.Tanh(), scores)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    feeds = trainer.parts.feeds
    data = feeds._sets[0].data._train
    order = BatchOrder(feeds.num_samples, feeds.order.batch_size, trainer.parts.seed)
    last = []
    for _ in range(20):
        rows = order.next()
        for _ in range(times):
            loss = functional.cross_entropy(
                net(data["features"][rows]), data["label"][rows]
            )
            adam.zero_grad()
            loss.backward()
            adam.step()
        last.append(loss.item())
    for _ in trainer.steps():
        pass
    found = trainer.parts.program.modules.state_dict()
    for name, module in (("hidden", hidden), ("scores", scores)):
        for key, value in module.state_dict().items():
            assert (found[f"{name}.{key}"] - value).abs().max() <= 1e-6
    assert trainer.drain().losses[:, 0] == pytest.approx(last, abs=1e-6)


def test_the_four_come_once_for_each_update():
    trainer = Trainer(mlp(phase("adam", times=2), steps=1))
    events = [event for event in trainer.steps() if event.name in _FOUR]
    assert [event.name for event in events] == [*_FOUR, *_FOUR]
    assert trainer.drain().steps[-1] == 1


def test_only_the_phase_that_asks_for_it_updates_twice():
    document = gan(steps=1)
    first, second = document.training.phases
    twice = document.training.with_phase(0, _with_times(first, 2))
    document.training = twice.with_phase(1, _with_times(second, 1, every=1))
    trainer = Trainer(document)
    before = _weights(trainer)
    moved = []
    for event in trainer.steps():
        if event is Step.UPDATE:
            after = _weights(trainer)
            moved.append(
                {k.split(".")[0] for k in after if not torch.equal(after[k], before[k])}
            )
            before = after
    assert moved == [{"d_real"}, {"d_real"}, {"gen"}]


_FOUR = ("FORWARD", "LOSS", "BACKWARD", "UPDATE")


def _weights(trainer):
    state = trainer.parts.program.modules.state_dict()
    return {name: tensor.clone() for name, tensor in state.items()}


def _with_times(phase, times, **others):
    params = {**phase.params, "times": times, **others}
    return type(phase)(
        phase.name,
        phase.minimise,
        phase.update,
        phase.optimizer,
        phase.schedule,
        params,
    )
