"""Lazy answers against plain numpy: what is learnt, how it is judged, where none is."""

import math

import numpy as np
import pytest

import presets
from engine.graph.model import Edge, Node
from engine.training.baselines import baselines
from tests.training.lazy import SETTINGS, found, parts, scored
from tests.training.projects import gan, mlp, project


def frequencies(labels, classes):
    counts = np.bincount(labels, minlength=classes).astype(float)
    unseen = counts == 0
    counts[unseen] = 1 / max(unseen.sum(), 1)
    return counts / counts.sum()


# Classes

UNEVEN = {"source": "breast_cancer", "out": 2}


def test_class_frequencies_as_a_cross_entropy():
    train, new = parts(source="breast_cancer")
    shares = frequencies(train["label"], 2)
    lazy = found(scored("cross_entropy", **UNEVEN))["score"]
    assert lazy.value == pytest.approx(-np.log(shares[new["label"]]).mean(), abs=1e-6)
    assert lazy.kind == "shares"
    nll = found(scored("nll", **UNEVEN))["score"]
    assert nll.value == pytest.approx(lazy.value, abs=1e-6)
    perplexity = found(scored("perplexity", **UNEVEN))["score"]
    assert perplexity.value == pytest.approx(math.exp(lazy.value), rel=1e-6)


def test_class_weights_and_ignored_labels_count_as_in_the_loss():
    train, new = parts(source="iris")
    weights = np.array([4.0, 1.0, 0.5])
    params = {"class_weights": tuple(weights), "ignore_index": 1}
    shares = weights * np.bincount(train["label"], minlength=3)
    shares[1] = weights[1]  # never seen: the share of one sample
    shares /= shares.sum()
    labels = new["label"][new["label"] != 1]
    expected = np.average(-np.log(shares[labels]), weights=weights[labels])
    lazy = found(scored("cross_entropy", params))["score"]
    assert lazy.value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [(), (5.0, 1.0)])
def test_no_other_constant_has_a_lower_cross_entropy_where_it_is_learnt(
    smoothing, weights, monkeypatch
):
    """On the training part itself the answer is the best of a fine grid."""
    params = {"label_smoothing": smoothing, "class_weights": weights}
    labels = parts(source="breast_cancer")[0]["label"]
    factors = np.array(weights or (1.0, 1.0))
    grid = np.linspace(0.001, 0.999, 9981)

    def loss(p):
        logs = -np.log(np.stack([p, 1 - p]))
        own = sum(
            (labels == c).sum() * factors[c] * (1 - smoothing) * logs[c] for c in (0, 1)
        )
        rest = smoothing / 2 * (factors @ logs) * len(labels)
        return (own + rest) / factors[labels].sum()

    learnt = []
    real = baselines._Judge._value
    monkeypatch.setattr(
        baselines._Judge,
        "_value",
        lambda self, lazy, *, new: learnt.append(real(self, lazy, new=False)) or 1.0,
    )
    found(scored("cross_entropy", params, **UNEVEN))
    assert learnt[0] == pytest.approx(loss(grid).min(), abs=1e-5)
    assert learnt[0] <= loss(grid).min() + 1e-7


def test_the_most_frequent_class_is_named_and_judged_on_new_samples():
    train, new = parts(source="breast_cancer")
    chosen = np.bincount(train["label"]).argmax()
    lazy = found(scored("accuracy", **UNEVEN))["score"]
    assert lazy.value == pytest.approx((new["label"] == chosen).mean())
    assert (lazy.answer, lazy.kind, lazy.higher) == ("benign", "class", True)
    assert lazy.text == f"always “benign”: {lazy.value:.4g}"
    f1 = found(scored("f1", **UNEVEN))["score"]  # of “yes”, the class 1
    share = (new["label"] == 1).mean()
    assert f1.value == pytest.approx(2 * share / (1 + share))


def test_macro_f1_top_k_and_masked_accuracy():
    train, new = parts(source="digits")
    digits = {"source": "digits", "ports": ("image", "label"), "out": 10}
    counts = np.bincount(train["label"], minlength=10)
    chosen = counts.argmax()
    share = (new["label"] == chosen).mean()
    classes = len(np.unique(np.append(new["label"], chosen)))
    f1 = found(scored("f1", **digits))["score"].value
    assert f1 == pytest.approx(2 * share / (1 + share) / classes)
    top = np.argsort(-counts, kind="stable")[:3]
    lazy = found(scored("top_k", {"k": 3}, **digits))["score"]
    assert lazy.value == pytest.approx(np.isin(new["label"], top).mean(), abs=0.01)
    masked = found(scored("accuracy", {"classes": (4, 7)}, **digits))["score"]
    answer = max((4, 7), key=lambda c: counts[c])
    assert masked.answer == str(answer)
    assert masked.value == pytest.approx((new["label"] == answer).mean())


def test_a_single_score_answers_what_is_more_frequent():
    document = scored("accuracy", out=1, source="breast_cancer")
    train, new = parts(source="breast_cancer")
    answer = int(train["label"].mean() > 0.5)
    lazy = found(document)["score"]
    assert lazy.value == pytest.approx((new["label"] == answer).mean())
    assert lazy.answer == "benign"


def test_unigrams_of_a_text():
    document = presets.load("char-lstm")
    small = {"samples": 20_000, "context": 32}
    data = document.graph.node("data")
    for name, value in small.items():
        data = data.with_param(name, value)
    document.graph.replace_node(data)
    train, new = parts(**data.params)
    shares = frequencies(train["next"].ravel(), 96)
    expected = -np.log(shares[new["next"]]).mean()
    lazy = found(document)
    assert lazy["loss"].value == pytest.approx(expected, abs=1e-5)
    assert lazy["perplexity"].value == pytest.approx(math.exp(expected), rel=1e-5)


def test_segmentation_has_the_majority_of_every_pixel():
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("c", "conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1}),
        Node("ink", "scale", {"factor": 1.9}),
        Node("whole", "cast", {"to": "int"}),
        Node("mask", "select", {"dim": 1, "index": 0}),
        Node("loss", "cross_entropy"),
        Node("accuracy", "accuracy"),
    ]
    wires = (
        "data.image>c.input data.image>ink.input ink.out>whole.input "
        "whole.out>mask.input c.out>loss.input mask.out>loss.target "
        "c.out>accuracy.input mask.out>accuracy.target"
    )
    lazy = found(project(nodes, wires, **SETTINGS))
    train, new = (
        (part["image"][:, 0] * np.float32(1.9)).astype(np.int64)
        for part in parts(source="digits")
    )
    yes = train.mean(0) > 0.5
    assert lazy["accuracy"].value == pytest.approx((new == yes).mean(), abs=1e-6)
    counts = np.stack([(train == c).sum(0) for c in (0, 1)], axis=-1).astype(float)
    counts += counts == 0
    shares = counts / counts.sum(-1, keepdims=True)
    log = np.log(shares)
    told = -np.where(new == 1, log[..., 1], log[..., 0]).mean()
    assert lazy["loss"].value == pytest.approx(told, abs=1e-5)


# Yes or no at many places


def test_every_label_of_several_has_its_own_frequency():
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("scores", "linear", {"out_features": 3}),
        Node("labels", "one_hot", {"num_classes": 3}),
        Node("loss", "bce_with_logits", {"pos_weight": 3.0}),
        Node("soft", "multilabel_soft_margin"),
        Node("accuracy", "accuracy"),
    ]
    wires = "data.features>scores.input data.label>labels.input"
    for end in ("loss", "soft", "accuracy"):
        wires += f" scores.out>{end}.input labels.out>{end}.target"
    lazy = found(project(nodes, wires, **SETTINGS))
    train, new = (np.eye(3)[part["label"]] for part in parts(source="iris"))
    p = train.mean(0)
    expected = -(new * np.log(p) + (1 - new) * np.log(1 - p)).mean()
    assert lazy["soft"].value == pytest.approx(expected, abs=1e-6)
    q = 3 * p / (3 * p + 1 - p)
    weighted = -(3 * new * np.log(q) + (1 - new) * np.log(1 - q)).mean()
    assert lazy["loss"].value == pytest.approx(weighted, abs=1e-6)
    assert lazy["accuracy"].value == pytest.approx((new == (p > 0.5)).mean())


def test_an_autoencoder_stands_against_the_mean_image():
    train, new = (part["image"] for part in parts(source="mnist"))
    expected = np.square(new - train.mean(0, dtype=np.float64)).mean()
    lazy = found(presets.load("autoencoder"))["loss"]
    assert lazy.value == pytest.approx(expected, rel=1e-5)
    assert lazy.kind == "mean"
    least = 1 / (2 * len(train) + 2)
    p = np.clip(train.mean(0, dtype=np.float64), least, 1 - least)
    bce = -(new * np.log(p) + (1 - new) * np.log(1 - p)).mean()
    vae = found(presets.load("vae"))
    assert vae["reconstruction"].value == pytest.approx(bce, rel=1e-5)
    assert set(vae) == {"reconstruction"}


# Numbers

TABLE = {"source": "diabetes", "ports": ("features", "target"), "out": 1}


def deviations():
    train, new = (part["target"].astype(float) for part in parts(source="diabetes"))
    return train, new, new - train.mean(), new - np.median(train)


def test_mean_and_median():
    _, new, of_mean, of_median = deviations()
    total = np.square(new - new.mean()).sum()
    expected = {
        "mse": np.square(of_mean).mean(),
        "rmse": math.sqrt(np.square(of_mean).mean()),
        "r2": 1 - np.square(of_mean).sum() / total,
        "l1": np.abs(of_median).mean(),
        "mae": np.abs(of_median).mean(),
    }
    for kind, value in expected.items():
        lazy = found(scored(kind, **TABLE))["score"]
        assert lazy.value == pytest.approx(value, abs=1e-6), kind
        assert lazy.kind == ("median" if kind in {"l1", "mae"} else "mean")


@pytest.mark.parametrize("delta", [0.05, 1.0, 20.0])
def test_huber_takes_what_is_better_on_the_training_part(delta):
    train, _, of_mean, of_median = deviations()

    def huber(d):
        far = delta * (np.abs(d) - delta / 2)
        return np.where(np.abs(d) < delta, d**2 / 2, far).mean()

    old = [huber(train - x) for x in (train.mean(), np.median(train))]
    expected = huber((of_mean, of_median)[int(np.argmin(old))])
    lazy = found(scored("huber", {"delta": delta}, **TABLE))["score"]
    assert lazy.value == pytest.approx(expected, abs=1e-6)


# None rather than a wrong one


@pytest.mark.parametrize("name", ["gan-2d", "diffusion-2d", "diffusion-mnist"])
def test_no_lazy_answer_is_honest_for(name):
    assert found(presets.load(name)) == {}


def test_adversaries_have_none():
    assert found(gan()) == {}
    document = scored("accuracy")
    reverse = Node("reverse", "gradient_reversal")
    document.graph.add_node(reverse)
    document.graph.disconnect(Edge.parse("flat.out", "scores.input"))
    document.graph.connect(Edge.parse("flat.out", "reverse.input"))
    document.graph.connect(Edge.parse("reverse.out", "scores.input"))
    assert found(document) == {}
    assert set(found(presets.load("dcgan"))) == {"loss_seen"}


def test_a_target_with_weights_has_none():
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("a", "linear", {"out_features": 3}),
        Node("b", "linear", {"out_features": 3}),
        Node("loss", "mse"),
    ]
    wires = (
        "data.features>a.input data.features>b.input a.out>loss.input b.out>loss.target"
    )
    assert found(project(nodes, wires, **SETTINGS)) == {}


# How much, and together


def test_many_samples_are_spread_and_said(monkeypatch):
    monkeypatch.setattr(baselines, "MOST_ROWS", 50)
    train, new = parts(source="digits")
    old = train["label"][np.arange(50) * len(train["label"]) // 50]
    some = new["label"][np.arange(50) * len(new["label"]) // 50]
    chosen = np.bincount(old).argmax()
    document = scored("accuracy", source="digits", ports=("image", "label"), out=10)
    lazy = found(document)["score"]
    assert lazy.value == pytest.approx((some == chosen).mean())
    assert lazy.samples == 50
    assert lazy.text.endswith("on 50 samples")


def test_phases_and_losses_make_a_total_only_where_all_are_known():
    document = mlp(**SETTINGS)
    document.graph.replace_node(document.graph.node("loss").with_param("weight", 2.0))
    assert set(found(document)) == {"loss", "accuracy"}
    two = scored("l1", **TABLE)
    two.graph.add_node(Node("other", "mse", {"weight": 3.0}))
    two.graph.connect(Edge.parse("scores.out", "other.input"))
    two.graph.connect(Edge.parse("data.target", "other.target"))
    lazy = found(two)
    total = lazy["score"].value + 3 * lazy["other"].value
    assert lazy["loss"].value == pytest.approx(total)
    assert lazy["loss"].kind == "several"
