import copy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.data.batches import BatchOrder
from engine.errors import ConfigError
from engine.graph.model import Node
from engine.graph.settings import Choice
from engine.protocol.goals import PhaseGoal
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import cnn, gan, mlp, phase, project


def weights(trainer):
    state = trainer.parts.program.modules.state_dict()
    return {name: tensor.clone() for name, tensor in state.items()}


def trained(document, **options):
    trainer = Trainer(document, **options)
    for _ in trainer.steps():
        pass
    return trainer


def largest_difference(one, other):
    assert one.keys() == other.keys()
    return max((one[k].double() - other[k].double()).abs().max().item() for k in one)


def copied_module(trainer, path):
    return copy.deepcopy(trainer.parts.program.modules.get_submodule(path))


def hand_loop(trainer, net, optimizer, steps, port):
    """Train as one does by hand: same weights, same batches, nothing else shared."""
    feeds = trainer.parts.feeds
    data = feeds._sets[0].data._train
    order = BatchOrder(feeds.num_samples, feeds.order.batch_size, trainer.parts.seed)
    losses = []
    net.train()
    for _ in range(steps):
        indices = order.next()
        loss = functional.cross_entropy(
            net(data[port][indices]), data["label"][indices]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_fifty_steps_of_mlp_equal_a_hand_written_loop():
    trainer = Trainer(mlp())
    hidden, scores = copied_module(trainer, "hidden"), copied_module(trainer, "scores")
    net = nn.Sequential(hidden, nn.Tanh(), scores)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    expected = hand_loop(trainer, net, adam, 50, "features")
    for _ in trainer.steps():
        pass
    found = weights(trainer)
    assert (
        torch.equal(trainer.parts.feeds.order.next(), trainer.parts.feeds.order.next())
        is False
    )
    for name, module in (("hidden", hidden), ("scores", scores)):
        for key, value in module.state_dict().items():
            assert (found[f"{name}.{key}"] - value).abs().max() <= 1e-6
    assert trainer.drain().losses[:, 0] == pytest.approx(expected, abs=1e-6)


def test_fifty_steps_of_cnn_equal_a_hand_written_loop():
    sgd = phase("sgd", values={"lr": 0.05, "momentum": 0.9})
    trainer = Trainer(cnn(sgd))
    conv, norm, scores = (copied_module(trainer, n) for n in ("conv", "norm", "scores"))
    net = nn.Sequential(conv, norm, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), scores)
    # Not Adam: a bias before a BatchNorm has rounding noise as its only gradient,
    # which Adam blows up to steps of full size.
    by_hand = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    hand_loop(trainer, net, by_hand, 50, "image")
    for _ in trainer.steps():
        pass
    found = weights(trainer)
    for name, module in (("conv", conv), ("norm", norm), ("scores", scores)):
        for key, value in module.state_dict().items():
            assert (found[f"{name}.{key}"] - value).abs().max() <= 1e-6


@pytest.mark.parametrize("document", [mlp(dropout=0.5), cnn(), gan()])
def test_monitor_does_not_change_a_bit(document):
    watched, blind = trained(document), trained(document, monitor=False)
    assert watched.drain().sample is not None
    assert blind.drain().sample is None
    assert largest_difference(weights(watched), weights(blind)) == 0.0


def test_steps_come_as_forward_loss_backward_update():
    events = list(Trainer(mlp(steps=2)).steps())
    four = [Step.FORWARD, Step.LOSS, Step.BACKWARD, Step.UPDATE]
    assert events[:8] == four * 2
    assert set(events[8:]) == {Step.EVALUATION}


def test_gradients_are_there_between_backward_and_update():
    trainer = Trainer(mlp(steps=1))
    before = weights(trainer)
    for event in trainer.steps():
        if event is Step.BACKWARD:
            break
    assert all(p.grad is not None for p in trainer.parts.phases[0].parameters)
    assert largest_difference(before, weights(trainer)) == 0.0


def test_phases_move_only_their_own_weights():
    trainer = Trainer(gan(steps=2))
    steps = trainer.steps()
    before = weights(trainer)
    updates = []
    for event in steps:
        if event is Step.UPDATE:
            after = weights(trainer)
            updates.append(
                {k.split(".")[0] for k in after if not torch.equal(after[k], before[k])}
            )
            before = after
    assert updates == [{"d_real"}, {"d_real"}, {"gen"}]  # `every` = 2 for the second


def test_goals_are_what_the_document_says():
    document = gan(steps=4)
    judge, forge = document.training.phases
    forge = replace(forge, params={**forge.params, "first": 2, "last": 3})
    document.training = replace(document.training, phases=(judge, forge)).checked()
    told = Trainer(document).started().goals
    assert told == (
        PhaseGoal({"loss_real": 0.5, "loss_fake": 1.0}, 1, 0),
        PhaseGoal({"loss_fool": 1.0}, 2, 3),
    )


def test_loss_weights_count_in_the_total():
    trainer = Trainer(gan(steps=1))
    phase_run = trainer.parts.phases[0]
    outputs = phase_run.forward(trainer.parts.feeds.first())
    total = 0.5 * outputs["loss_real"] + outputs["loss_fake"]
    assert phase_run.loss(outputs).item() == pytest.approx(total.item(), rel=1e-6)


def test_lr_factor_scales_the_step_of_its_node():
    document = mlp(phase("sgd", values={"lr": 0.1}), steps=1)
    document.graph.replace_node(
        Node("hidden", "linear", {"out_features": 16}, lr_factor=0.0)
    )
    trainer = Trainer(document)
    before = weights(trainer)
    for _ in trainer.steps():
        pass
    after = weights(trainer)
    assert torch.equal(before["hidden.weight"], after["hidden.weight"])
    assert not torch.equal(before["scores.weight"], after["scores.weight"])


@pytest.mark.parametrize(
    ("name", "value"), [("clip_norm", 0.01), ("clip_value", 0.001)]
)
def test_clipping_equals_torch(name, value):
    clip = {
        "clip_norm": nn.utils.clip_grad_norm_,
        "clip_value": nn.utils.clip_grad_value_,
    }[name]
    plain, clipped = Trainer(mlp()), Trainer(mlp(phase(**{name: value})))
    gradients = []
    for trainer in (plain, clipped):
        run = trainer.parts.phases[0]
        run.backward(run.loss(run.forward(trainer.parts.feeds.first())))
        if trainer is plain:
            clip(run.parameters, value)
        else:
            run.update(0, 10)
        gradients.append(torch.cat([p.grad.flatten() for p in run.parameters]))
    assert torch.allclose(*gradients, atol=1e-9)
    assert gradients[0].abs().max() <= value + 1e-9


def test_l1_adds_the_gradient_of_the_sum_of_sizes():
    plain, sparse = Trainer(mlp()), Trainer(mlp(phase(l1=0.01)))
    run = plain.parts.phases[0]
    loss = run.loss(run.forward(plain.parts.feeds.first()))
    run.backward(loss + 0.01 * sum(p.abs().sum() for p in run.parameters))
    expected = torch.cat([p.grad.flatten() for p in run.parameters])
    run = sparse.parts.phases[0]
    run.backward(run.loss(run.forward(sparse.parts.feeds.first())))
    assert torch.allclose(
        torch.cat([p.grad.flatten() for p in run.parameters]), expected, atol=1e-8
    )


def test_evaluation_equals_a_full_pass_by_hand():
    trainer = trained(mlp(dropout=0.5, steps=30))
    evaluation = trainer.drain().evaluations[-1]
    hidden, scores = copied_module(trainer, "hidden"), copied_module(trainer, "scores")
    data = trainer.parts.feeds._sets[0].data._validation
    logits = scores(torch.tanh(hidden(data["features"])))
    loss = functional.cross_entropy(logits, data["label"]).item()
    accuracy = (logits.argmax(1) == data["label"]).double().mean().item()
    assert evaluation.step == 30
    assert evaluation.values["loss"] == pytest.approx(loss, rel=1e-6)
    assert evaluation.values["accuracy"] == pytest.approx(accuracy)
    assert evaluation.train_values.keys() == evaluation.values.keys()


def test_evaluating_does_not_change_a_bit():
    often = trained(cnn(evaluate_every=3))
    never = trained(cnn(evaluate_every=1000))
    assert len(often.drain().evaluations) == 17
    assert len(never.drain().evaluations) == 1
    assert largest_difference(weights(often), weights(never)) == 0.0


def test_xor_without_own_validation_is_evaluated_all_the_same():
    nodes = [
        Node("data", "data", {"source": "xor"}),
        Node("out", "linear", {"out_features": 1}),
        Node("loss", "mse"),
    ]
    wires = "data.point>out.input out.out>loss.input data.target>loss.target"
    trainer = trained(project(nodes, wires, steps=3, device="cpu", threads=1))
    assert trainer.drain().evaluations[-1].values["loss"] > 0


def test_early_stopping_ends_and_brings_back_the_best_weights():
    document = mlp(
        phase("sgd", values={"lr": 3.0}),
        steps=500, evaluate_every=5, patience=3, keep_best=True,
    )  # fmt: skip
    trainer = trained(document)
    evaluations = trainer.drain().evaluations
    best = min(evaluations, key=lambda e: e.values["loss"])
    assert trainer.ending.kind == "early"
    assert len(evaluations) == evaluations.index(best) + 1 + 3
    assert [e.best for e in evaluations].count(True) >= 1
    again = Trainer(document)
    for _ in again.steps():
        if again.step == best.step and again.at_border:
            break
    assert largest_difference(weights(trainer), weights(again)) == 0.0


def test_loss_that_is_not_finite_ends_as_diverged_with_step_and_node():
    nodes = [
        Node("data", "data", {"source": "sine"}),
        Node("line", "linear", {"out_features": 1}),
        Node("loss", "mse"),
    ]
    wires = "data.x>line.input line.out>loss.input data.y>loss.target"
    sgd = phase("sgd", values={"lr": 10.0})
    settings = {"steps": 5000, "device": "cpu", "threads": 1}
    trainer = trained(project(nodes, wires, [sgd], **settings))
    assert trainer.ending.kind == "diverged"
    assert trainer.ending.node == "loss"
    assert f"step {trainer.step + 1}" in trainer.ending.text
    assert len(trainer.drain().steps) == trainer.step
    assert trainer.step < 5000


def test_total_steps_follow_epochs_and_batch_size():
    trainer = Trainer(mlp(steps=None, epochs=3))
    assert trainer.total_steps == 3 * 8  # 120 samples in batches of 16
    for _ in trainer.steps():
        if trainer.step == 4 and trainer.at_border:
            trainer.set_hyper("batch_size", 8)
            break
    assert trainer.total_steps == 4 + 7 + 2 * 15
    steps = Trainer(mlp(steps=None, epochs=2))
    assert sum(event is Step.UPDATE for event in steps.steps()) == 16
    assert steps.epoch == 2.0


def test_bf16_trains_close_to_float32():
    full, half = trained(mlp()), trained(mlp(precision="bf16"))
    assert all(t.dtype == torch.float32 for t in weights(half).values())
    loss, other = full.drain().losses[-1, 0], half.drain().losses[-1, 0]
    assert other == pytest.approx(loss, rel=0.05)
    assert other != loss


def test_unknown_setting_is_refused_and_changes_nothing():
    trainer = Trainer(mlp())
    with pytest.raises(ConfigError, match="can't be changed"):
        trainer.set_hyper("dropout", 0.1)
    with pytest.raises(ConfigError, match="Did you mean"):
        trainer.set_hyper("lr", 0.1, phase="trainin")
    with pytest.raises(ConfigError):
        trainer.set_hyper("lr", -1.0)
    assert trainer.parts.phases[0].optimizer.hyper["lr"] == 1e-3


def test_setting_that_one_phase_refuses_changes_no_phase():
    document = gan()
    adam, sgd = document.training.phases
    sgd = replace(sgd, optimizer=Choice("sgd", {"momentum": 0.5}))
    document.training = replace(document.training, phases=(adam, sgd))
    trainer = Trainer(document)
    with pytest.raises(ConfigError):
        trainer.set_hyper("momentum", 0.99995)  # fine for β₁ alone
    found = [p.optimizer.hyper["momentum"] for p in trainer.parts.phases]
    assert found == [0.9, 0.5]


def test_threads_are_put_back_and_weights_kept_when_tuning():
    torch.set_num_threads(1)
    tuned, fixed = Trainer(cnn(threads=0, steps=1)), Trainer(cnn(steps=1))
    tuned.begin()
    assert tuned.started().threads >= 1
    assert largest_difference(weights(tuned), weights(fixed)) == 0.0
    assert tuned.parts.feeds.order.position == 0
    tuned.close("stopped")
    assert torch.get_num_threads() == 1


def test_phases_follow_each_other():
    document = gan(steps=6)
    first, second = document.training.phases
    phases = (
        replace(first, params={"last": 2}),
        replace(second, params={"first": 3}),
    )
    document.training = replace(document.training, phases=phases).checked()
    trainer = trained(document)
    ran = ~torch.tensor(trainer.drain().losses).isnan()
    assert ran.tolist() == [[True, False]] * 2 + [[False, True]] * 4


def test_losses_on_a_device_that_are_no_numbers_keep_the_old_checkpoint(tmp_path):
    run = runs.create(tmp_path, mlp())
    trainer = Trainer(mlp(), run=run)
    steps = trainer.steps()
    while trainer.step < 3:
        next(steps)
    trainer.save()
    there = {"loss": torch.tensor(float("nan"))}
    trainer.device_losses.add(4, ["loss"], there)
    trainer.position.step = 4
    trainer.save()
    assert (trainer.ending.kind, trainer.ending.node) == ("diverged", "loss")
    steps.close()
    assert runs.open_run(run.folder).step == 3


def test_batch_larger_than_the_data_is_told():
    trainer = Trainer(mlp())
    have = trainer.parts.feeds.order.num_samples
    trainer.begin()
    assert not trainer.drain().log
    trainer.set_hyper("batch_size", have + 1)
    words = f"A batch has {have} samples: the training data has no more"
    assert trainer.drain().log[-1] == words
    trainer.close("stopped")
