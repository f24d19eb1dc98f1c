"""What is watched inside a network, beside numpy, and without a trace in the run."""

import math

import numpy as np
import pytest
import torch

from engine.graph.model import Node
from engine.protocol.tracing import inside as kinds
from engine.training.inside.inside import Inside
from engine.training.inside.looks import LOOKS, MICRO
from engine.training.inside.rig import Rig
from engine.training.loop.trainer import Trainer
from tests.training import projects


def trained(project, steps=6, **settings):
    trainer = Trainer(project, threads=1, seed=3, **settings)
    made = trainer.steps()
    while trainer.step < steps:
        next(made)
    return trainer


def looked(trainer, kind):
    rig = Rig(trainer.parts)
    *_, last = LOOKS[kind](rig, trainer.step)
    return last


def batch_of(trainer):
    _, batch = next(iter(trainer.parts.feeds.validation_batches(256)))
    return batch


def weights_of(trainer):
    state = trainer.parts.program.modules.state_dict()
    return {name: t.double().numpy() for name, t in state.items()}


def outputs_by_hand(trainer):
    """Return what the layers of `projects.mlp` put out, by numpy."""
    w = weights_of(trainer)
    x = batch_of(trainer)["data.features"].double().numpy()
    hidden = x @ w["hidden.weight"].T + w["hidden.bias"]
    act = np.tanh(hidden)
    return hidden, act, act @ w["scores.weight"].T + w["scores.bias"]


def test_activations_are_those_of_numpy():
    trainer = trained(projects.mlp())
    arrays, words = looked(trainer, "activations")
    hidden, act, scores = outputs_by_hand(trainer)
    assert words["layers"] == ("hidden", "act", "scores")
    for row, values in enumerate((hidden, act, scores)):
        assert arrays["mean"][row] == pytest.approx(values.mean(), abs=1e-5)
        assert arrays["std"][row] == pytest.approx(values.std(), abs=1e-5)
        low, high = arrays["edges"][[0, -1]]
        inside = np.clip(values.astype(np.float32).astype(float), low, high)
        counts, _ = np.histogram(inside, arrays["edges"])
        assert np.abs(arrays["counts"][row] - counts).sum() <= 4  # rounding at an edge
        assert arrays["counts"][row].sum() == values.size
    assert math.isnan(arrays["saturated"][0])
    near = (np.abs(act) >= 0.98).mean()
    assert arrays["saturated"][1] == pytest.approx(near, abs=1e-9)


def test_units_that_stand_still_are_dead_and_no_others():
    project = projects.cnn()
    trainer = trained(project)
    conv = trainer.parts.program.modules.at("norm")
    with torch.no_grad():
        conv.weight[:2] = 0.0
        conv.bias[:2] = -1.0
    arrays, words = looked(trainer, "activations")
    place = words["layers"].index("act")
    assert arrays["dead"][place] == pytest.approx(2 / 6)


def test_sample_losses_are_those_of_numpy_and_their_mean_is_the_loss():
    trainer = trained(projects.mlp())
    arrays, _ = looked(trainer, "sample_losses")
    *_, scores = outputs_by_hand(trainer)
    labels = batch_of(trainer)["data.label"].numpy()
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares = raised / raised.sum(1, keepdims=True)
    by_hand = -np.log(shares[np.arange(len(labels)), labels])
    np.testing.assert_allclose(arrays["losses"], by_hand, rtol=1e-4)


def effective_rank_by_hand(matrix):
    values = np.linalg.svd(matrix, compute_uv=False)
    shares = values / values.sum()
    shares = shares[shares > 0]
    return math.exp(-(shares * np.log(shares)).sum())


def test_effective_ranks_are_those_of_numpy():
    trainer = trained(projects.mlp())
    arrays, words = looked(trainer, "rank")
    w = weights_of(trainer)
    hidden, act, scores = outputs_by_hand(trainer)
    assert words["layers"] == ("hidden", "act", "scores")
    expected = effective_rank_by_hand(w["hidden.weight"])
    assert arrays["weights"][0] == pytest.approx(expected, rel=1e-5)
    assert math.isnan(arrays["weights"][1])
    for row, values in enumerate((hidden, act, scores)):
        expected = effective_rank_by_hand(values - values.mean(0))
        assert arrays["outputs"][row] == pytest.approx(expected, rel=1e-3)


def gradient_by_hand(w, x, labels):
    """Return the gradient of the mean cross-entropy of the MLP, flat."""
    hidden = x @ w["hidden.weight"].T + w["hidden.bias"]
    act = np.tanh(hidden)
    scores = act @ w["scores.weight"].T + w["scores.bias"]
    raised = np.exp(scores - scores.max(1, keepdims=True))
    upstream = raised / raised.sum(1, keepdims=True)
    upstream[np.arange(len(labels)), labels] -= 1
    upstream /= len(labels)
    below = (upstream @ w["scores.weight"]) * (1 - act**2)
    parts = (below.T @ x, below.sum(0), upstream.T @ act, upstream.sum(0))
    return np.concatenate([part.ravel() for part in parts])


def test_the_gradient_noise_is_that_of_numpy():
    trainer = trained(projects.mlp())
    arrays, words = looked(trainer, "noise")
    w, small = weights_of(trainer), 16 // MICRO
    gradients = []
    for number in range(MICRO):
        batch = trainer.parts.feeds.drawn(small, number)
        x = batch["data.features"].double().numpy()
        gradients.append(gradient_by_hand(w, x, batch["data.label"].numpy()))
    little = np.mean([g @ g for g in gradients])
    mean = np.mean(gradients, axis=0)
    big = small * MICRO
    square = (big * (mean @ mean) - small * little) / (big - small)
    trace = (little - mean @ mean) / (1 / small - 1 / big)
    expected = trace / square if square > 0 and trace > 0 else math.nan
    assert arrays["batch"][0] == 16
    assert arrays["samples"][0] == pytest.approx(expected, rel=1e-3, nan_ok=True)
    assert words["phases"] == ("training",)


def attention(causal, kind="multihead_attention"):
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("flat", "reshape", {"shape": (8, 8)}),
        Node("look", kind, {"num_heads": 2, "causal": causal}),
        Node("flatten", "flatten"),
        Node("scores", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.image>flat.input flat.out>look.input look.out>flatten.input "
        "flatten.out>scores.input scores.out>loss.input data.label>loss.target"
    )
    return projects.project(nodes, wires, (), steps=50, batch_size=16, device="cpu")


@pytest.mark.parametrize("causal", [True, False])
def test_entropy_and_logits_of_attention_are_those_of_numpy(causal):
    trainer = trained(attention(causal), steps=2)
    arrays, words = looked(trainer, "attention")
    x = batch_of(trainer)["data.image"].double().numpy().reshape(-1, 8, 8)
    w = weights_of(trainer)
    joint = x @ w["look.in_proj_weight"].T + w["look.in_proj_bias"]
    for head in range(2):
        query = joint[..., 4 * head : 4 * head + 4]
        key = joint[..., 8 + 4 * head : 8 + 4 * head + 4]
        logits = query @ key.transpose(0, 2, 1) / 2.0
        mask = np.tril(np.ones((8, 8))) if causal else np.ones((8, 8))
        raised = np.exp(logits) * mask
        shares = raised / raised.sum(-1, keepdims=True)
        terms = np.where(mask > 0, shares * np.log(np.maximum(shares, 1e-300)), 0.0)
        assert arrays["entropy"][head] == pytest.approx(-terms.sum(-1).mean(), rel=1e-4)
        largest = np.abs(logits * mask).max()
        assert arrays["logit"][head] == pytest.approx(largest, rel=1e-4)
        most = np.mean(np.log(mask.sum(-1)))
        assert arrays["most"][head] == pytest.approx(most)
    assert words["layers"] == ("look", "look")


def test_heads_inside_of_a_whole_layer_are_those_of_torch():
    project = attention(causal=True, kind="transformer_encoder_layer")
    trainer = Trainer(project, threads=1, seed=0)
    arrays, _ = looked(trainer, "attention")
    layer = trainer.parts.program.modules.at("look")
    x = batch_of(trainer)["data.image"].reshape(-1, 8, 8)
    with torch.no_grad():
        x = layer.norm1(x)  # norm first, as the catalogue has it
        mask = torch.triu(torch.full((8, 8), -torch.inf), 1)
        _, shares = layer.self_attn(x, x, x, attn_mask=mask, average_attn_weights=False)
    terms = torch.where(shares > 0, shares * shares.clamp(min=1e-30).log(), 0.0)
    expected = -terms.sum(-1).mean((0, 2)).double().numpy()
    np.testing.assert_allclose(arrays["entropy"], expected, rtol=1e-4)
    trainer.close("stopped")


def test_clipped_updates_are_counted_and_the_norm_is_that_of_all_weights():
    project = projects.mlp(projects.phase(clip_norm=0.05), steps=30)
    trainer = Trainer(project, threads=1, seed=3)
    seen, kept = [], trainer.inside.measured

    def keep(sample):
        norms = [w.grad for w in trainer.parts.phases[0].parameters]
        assert all(g is not None for g in norms)
        seen.append(sample)
        kept(sample)

    trainer.inside.measured = keep
    for _ in trainer.steps():
        pass
    *_, (arrays, _) = LOOKS["gradient"](trainer.inside._rig, 30)
    assert arrays["steps"].tolist() == [sample.step for sample in seen]
    by_hand = [math.sqrt((s.grad_norm**2).sum()) for s in seen]
    np.testing.assert_allclose(arrays["norms"][:, 0], by_hand, rtol=1e-6)
    assert arrays["clipped"][-1, 0] == pytest.approx(1.0)  # all are longer than 0.05
    assert arrays["limits"].tolist() == [0.05]


def test_watching_everything_does_not_change_a_bit():
    weights = []
    for is_watched in (True, False):
        trainer = Trainer(projects.cnn(steps=30), threads=1, seed=3)
        if is_watched:
            trainer.inside.watch(kinds.KINDS)
        for _ in trainer.steps():
            if is_watched:
                trainer.inside.watch(kinds.KINDS)  # all have their turn anew
        made = {view.kind for view in trainer.inside.take()}
        assert made == (set(kinds.KINDS) if is_watched else set())
        state = trainer.parts.program.modules.state_dict()
        weights.append({name: tensor.clone() for name, tensor in state.items()})
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not any(m._forward_hooks for m in trainer.parts.program.modules.modules())


def test_what_fails_is_said_once_in_words_and_left(monkeypatch):
    def broken(_rig, _step):
        yield None
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    trainer = Trainer(projects.mlp(steps=20), threads=1, seed=0)
    monkeypatch.setitem(LOOKS, "rank", broken)
    trainer.inside.watch(("rank", "activations"))
    for _ in trainer.steps():
        pass
    news = trainer.drain()
    failed = [v for v in news.views if kinds.FAILED in v.words]
    lines = [line for line in news.log if "can't be watched" in line]
    assert len(lines) == 1
    assert "Effective rank" in lines[0]
    assert "mat1" not in lines[0]
    assert trainer.inside.watched == ("activations",)
    assert trainer.ending.kind == "finished"
    (view,) = failed
    assert "can't be watched" in view.words[kinds.FAILED][0]


def test_nothing_is_made_for_nobody():
    trainer = Trainer(projects.mlp(steps=20), threads=1, seed=0, monitor=False)
    trainer.inside.watch(kinds.KINDS)
    assert trainer.inside.watched == ()
    assert isinstance(trainer.inside, Inside)
    trainer.close("stopped")
