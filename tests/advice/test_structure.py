"""Mistakes that shapes allow are told; what is meant, and every preset, is not."""

import numpy as np
import pytest
import torch
from torch import nn

import presets
from engine.advice.analysis import Analyser
from engine.data import catalog
from engine.graph.edits import apply_all
from engine.graph.model import Node
from tests.training.projects import project

TOKENS = ("data", "data", {"source": "python_help", "context": 16})


def told(nodes, wires):
    """Return (node, text) of the warnings about a document that trains."""
    made = project([Node(*node) for node in nodes], wires)
    problems = Analyser(catalog.training_part).analyse(made).problems
    assert all(problem.severity == "warning" for problem in problems), problems
    return {(problem.node, problem.text) for problem in problems}


def table(*layers, loss="mse"):
    """Return a network on the diabetes table: layers in a row, and a loss."""
    nodes = [("data", "data", {"source": "diabetes"}), *layers, ("loss", loss)]
    names = ["data.features", *(f"{layer[0]}.out" for layer in layers)]
    ends = [f"{layer[0]}.input" for layer in layers] + ["loss.input"]
    wires = [f"{a}>{b}" for a, b in zip(names, ends, strict=True)]
    return nodes, " ".join([*wires, "data.target>loss.target"])


def text(*layers):
    """Return a network on tokens: embedding, layers in a row, scores, a loss."""
    ends = [("emb", "embedding", {"num_embeddings": 128, "embedding_dim": 8})]
    scores = ("o", "linear", {"out_features": classes()})
    row = [*ends, *layers, scores]
    nodes = [TOKENS, *row, ("loss", "cross_entropy")]
    sources = ["data.tokens", *(f"{layer[0]}.out" for layer in row)]
    targets = [f"{layer[0]}.input" for layer in row] + ["loss.input"]
    wires = [f"{a}>{b}" for a, b in zip(sources, targets, strict=True)]
    return nodes, " ".join([*wires, "data.next>loss.target"])


def classes():
    ports = catalog.load(TOKENS[2]).ports
    return len(next(p.classes for p in ports if p.port.name == "next"))


TURN = ("turn", "transpose", {"dim0": 1, "dim1": 2})
BACK = ("back", "transpose", {"dim0": 1, "dim1": 2})
CONV = ("c", "conv1d", {"out_channels": 8, "kernel_size": 3, "padding": 1})
LOOKS_AHEAD = {
    "a padded convolution": (TURN, CONV, BACK),
    "both directions": (("r", "gru", {"hidden_size": 4, "bidirectional": True}),),
    "attention to all": (("a", "multihead_attention", {"num_heads": 2}),),
    "reversed time": (("f", "flip", {"dim": 1}),),
}
LOOKS_BACK = {
    "one direction": (("r", "gru", {"hidden_size": 8}),),
    "causal attention": (
        ("a", "multihead_attention", {"num_heads": 2, "causal": True}),
    ),
    "a layer per token": (("l", "linear", {"out_features": 8}), ("r", "relu")),
}
AHEAD = "The scores see the tokens that they predict"


@pytest.mark.parametrize("name", LOOKS_AHEAD)
def test_scores_that_see_later_tokens_are_told(name):
    assert AHEAD in {words for _, words in told(*text(*LOOKS_AHEAD[name]))}


@pytest.mark.parametrize("name", LOOKS_BACK)
def test_scores_that_see_earlier_tokens_alone_are_fine(name):
    assert AHEAD not in {words for _, words in told(*text(*LOOKS_BACK[name]))}


def test_a_padded_convolution_does_see_the_next_token():
    """What the rule says, by hand: a later token moves an earlier score."""
    torch.manual_seed(0)
    conv = nn.Conv1d(1, 1, 3, padding=1)
    x = torch.zeros(1, 1, 8)
    later = x.clone()
    later[..., 5] = 1.0
    moved = (conv(x) - conv(later)).abs().flatten() > 1e-6
    assert moved.nonzero().flatten().tolist() == [4, 5, 6]


LINEAR = ("a", "linear", {"out_features": 16})
SCORE = ("o", "linear", {"out_features": 1})


@pytest.mark.parametrize(
    "between",
    [(), (("d", "dropout"),), (("n", "batch_norm1d"),), (("i", "identity"),)],
    ids=lambda layers: layers[0][1] if layers else "nothing",
)
def test_two_linear_layers_in_a_row_are_told(between):
    found = {
        words for _, words in told(*table(("w", "linear", {"out_features": 32}),
                                          *between, LINEAR, ("r", "relu"), SCORE))
    }  # fmt: skip
    assert any(words.startswith("Nothing bends between") for words in found)


@pytest.mark.parametrize("bend", ["relu", "tanh", "gelu", "sigmoid"])
def test_what_bends_is_fine(bend):
    assert not told(*table(LINEAR, ("b", bend), SCORE))


def test_a_narrow_place_between_two_layers_is_meant():
    narrow = ("n", "linear", {"out_features": 2})
    wide = ("w", "linear", {"out_features": 16})
    assert not told(*table(narrow, wide, ("b", "relu"), SCORE))


@pytest.mark.parametrize("last", ["sigmoid", "tanh", "relu", "softplus"])
def test_outputs_that_cannot_reach_the_target_are_told(last):
    """Told just where targets really lie beyond what the layer gives."""
    targets = catalog.load({"source": "diabetes"}).train["target"]
    low, high = {"sigmoid": (0, 1), "tanh": (-1, 1)}.get(last, (0, np.inf))
    is_beyond = bool(targets.min() < low or targets.max() > high)
    found = {
        node for node, _ in told(*table(LINEAR, ("b", "relu"), SCORE, ("l", last)))
    }
    assert bool(found) == is_beyond


def test_relu_before_cross_entropy_is_told():
    nodes = [
        ("data", "data", {"source": "iris"}),
        ("o", "linear", {"out_features": 3}),
        ("r", "relu"),
        ("loss", "cross_entropy"),
    ]
    wires = "data.features>o.input o.out>r.input r.out>loss.input"
    found = told(nodes, f"{wires} data.label>loss.target")
    assert any("limits the scores" in words for _, words in found)


def test_a_softmax_over_a_single_number_is_told():
    found = told(*table(LINEAR, ("b", "relu"), SCORE, ("s", "softmax")))
    assert any("over a single number" in words for _, words in found)


def test_two_nodes_that_bring_the_same_samples_are_told():
    nodes = [
        ("a", "data", {"source": "diabetes"}),
        ("b", "data", {"source": "diabetes"}),
        ("x", "linear", {"out_features": 1}),
        ("y", "linear", {"out_features": 1}),
        ("loss", "mse"),
    ]
    wires = "a.features>x.input b.features>y.input x.out>loss.input y.out>loss.target"
    assert any("the same samples" in words for _, words in told(nodes, wires))


def test_a_network_that_reads_its_target_is_told():
    nodes = [
        ("data", "data", {"source": "diabetes"}),
        ("both", "concat"),
        ("o", "linear", {"out_features": 1}),
        ("loss", "mse"),
    ]
    wires = (
        "data.features>both.inputs data.target>both.inputs both.out>o.input "
        "o.out>loss.input data.target>loss.target"
    )
    found = {words for _, words in told(nodes, wires)}
    assert "The network reads what it has to find" in found


@pytest.mark.parametrize("preset_id", presets.all_ids())
def test_no_preset_raises_a_false_alarm(preset_id):
    cache = Analyser(catalog.training_part)
    assert not cache.analyse(presets.load(preset_id)).problems


@pytest.mark.parametrize("name", LOOKS_AHEAD)
def test_a_fix_of_what_looks_ahead_solves_it(name):
    nodes, wires = text(*LOOKS_AHEAD[name])
    made = project([Node(*node) for node in nodes], wires)
    cache = Analyser(catalog.training_part)
    (problem,) = (p for p in cache.analyse(made).problems if p.text == AHEAD)
    for fix in problem.fixes[:1]:
        apply_all(made, fix.edits)
        assert AHEAD not in {p.text for p in cache.analyse(made).problems}


def same_tokens(*layers, target="data.tokens"):
    """Return a network on tokens that is asked for a target made of them."""
    nodes, wires = text(*layers)
    extra = [("acc", "accuracy")]
    wires = wires.replace("data.next>loss.target", f"{target}>loss.target")
    wires += f" o.out>acc.input {target}>acc.target"
    return [*nodes, *extra], wires


def test_a_target_that_stands_in_the_input_is_told_at_the_loss():
    nodes, wires = same_tokens()
    made = project([Node(*node) for node in nodes], wires)
    cache = Analyser(catalog.training_part)
    (problem,) = cache.analyse(made).problems
    assert (problem.node, problem.text, problem.port) == ("loss", AHEAD, "target")
    assert "reads at the same place" in problem.got
    (fix,) = problem.fixes
    apply_all(made, fix.edits)
    assert not cache.analyse(made).problems
    targets = {e.source.port for e in made.graph.edges if e.target.port == "target"}
    assert targets == {"next"}


def test_a_text_that_goes_through_a_summary_may_be_read_again():
    summary = (
        ("enc", "gru", {"hidden_size": 4}),
        ("last", "last_step"),
        ("wide", "linear", {"out_features": 16 * 4}),
        ("steps", "unflatten", {"dim": 1, "sizes": (16, 4)}),
    )
    assert AHEAD not in {words for _, words in told(*same_tokens(*summary))}
    skip = (*summary[:1], ("bend", "relu"))
    assert AHEAD in {words for _, words in told(*same_tokens(*skip))}
