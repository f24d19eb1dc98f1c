"""Rare classes of own data are made up for, in training alone; counted here by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.data.catalog import load
from engine.data.intake.weighing import problems
from engine.data.own import fitted
from engine.data.survey.survey import surveying
from engine.errors import ConfigError
from engine.graph.edits import apply_all
from engine.graph.model import Block, Edge, Endpoint, Graph, Node
from engine.layers import registry
from engine.protocol.data.surveys import SurveyData
from engine.training.parts.assembly import assemble
from tests.helpers.surveys import finished, survey, write
from tests.training.projects import project

ROWS, RARE = 300, 12


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A table in which a class stands in every 25th row."""
    dice = np.random.default_rng(4)
    columns = {
        "x": dice.normal(size=ROWS).round(5).tolist(),
        "y": dice.normal(size=ROWS).round(5).tolist(),
        "label": ["rare" if n % (ROWS // RARE) == 0 else "usual" for n in range(ROWS)],
    }
    return write(tmp_path_factory.mktemp("rare") / "rare.csv", columns)


def document(params, kind="cross_entropy"):
    nodes = [
        Node("data", "data", registry.get("data").complete(params)),
        Node("scores", "linear", {"out_features": 2}),
        Node("loss", kind),
    ]
    wires = "data.features>scores.input scores.out>loss.input data.label>loss.target"
    settings = {"batch_size": 16, "device": "cpu", "threads": 1}
    return project(nodes, wires, **settings)


def loss_of(parts):
    return parts.program.modules.get_submodule("loss")


def remedied(file, number):
    """Return params after one click of the health check, and what it then says."""
    found = survey(file)
    told = next(each for each in found.findings if each.id == "balance")
    params = {**found.params, **told.remedies[number].params}
    return params, survey("file", **{k: v for k, v in params.items() if k != "source"})


def test_weights_of_the_training_part_are_those_of_a_loss_by_hand(file):
    params, after = remedied(file, 0)
    assert [each.title for each in after.fine if each.id == "balance"] == [
        "Rare classes count more"
    ]
    parts = assemble(document(params))
    data = load(params)
    counts = np.bincount(data.train["label"])
    assert counts.tolist() != np.bincount(data.validation["label"]).tolist()
    by_hand = torch.tensor(counts.sum() / (2 * counts), dtype=torch.float32)
    loss = loss_of(parts)
    torch.testing.assert_close(loss.class_weights, by_hand, rtol=1e-5, atol=0)
    scores = torch.randn(len(data.train["label"]), 2)
    target = torch.tensor(data.train["label"])
    want = torch.nn.functional.cross_entropy(scores, target, weight=by_hand)
    torch.testing.assert_close(loss(scores, target), want)
    (step,) = [each for each in after.steps if each.title == "Class weights"]
    assert (step.index, f"rare {by_hand[0]:.3g}" in step.text) == (0, True)
    assert after.steps[-3].title == "Split"  # before what is counted after it
    assert parts.feeds.records["class_weights"]["data"] == {
        "label": pytest.approx(by_hand.tolist(), rel=1e-5)
    }


def grouped(made, *ids):
    """Put nodes into a block as a file may: the canvas keeps losses outside."""
    name, inner, inputs, outputs = f"part{len(made.blocks)}", Graph(), {}, {}
    for node in ids:
        inner.add_node(made.graph.node(node))
    outside = []
    for edge in [e for n in made.graph.nodes for e in made.graph.edges_out_of(n)]:
        source, target = edge.source, edge.target
        if source.node in ids and target.node in ids:
            inner.connect(edge)
        elif target.node in ids:
            port = f"in_{target.node}_{target.port}"
            inputs[port] = (target,)
            outside.append(Edge(source, Endpoint(name, port)))
        elif source.node in ids:
            port = f"out_{source.node}_{source.port}"
            outputs[port] = source
            outside.append(Edge(Endpoint(name, port), target))
        else:
            outside.append(edge)
    graph = Graph()
    for node in made.graph.nodes.values():
        if node.id not in ids:
            graph.add_node(node)
    graph.add_node(Node(name, "block", {"of": name}))
    graph.connect_all(outside)
    made.blocks[name] = Block(inner, inputs, outputs)
    made.graph = graph
    return made


BLOCKS = {
    "the loss": (("scores", "loss"), ()),
    "the data": (("data",), ()),
    "all of it": (("data", "scores", "loss"), ()),
    "a block in a block": (("loss",), ("scores", "*")),
}


@pytest.mark.parametrize("case", BLOCKS)
def test_weights_reach_a_loss_through_blocks(file, case):
    params, _ = remedied(file, 0)
    plain = assemble(document(params))
    made = document(params)
    for ids in BLOCKS[case]:
        if ids:
            outer = [n for n in made.graph.nodes if made.graph.node(n).type == "block"]
            named = [each for n in ids for each in (outer if n == "*" else [n])]
            grouped(made, *named)
    assert list(problems(made)) == []
    parts = assemble(made)
    (path,) = [
        node.path for node in parts.program.nodes if node.type == "cross_entropy"
    ]
    loss = parts.program.modules.at(path)
    assert torch.equal(loss.class_weights, loss_of(plain).class_weights)
    data = load(params)
    scores = torch.randn(len(data.train["label"]), 2)
    target = torch.tensor(data.train["label"])
    counts = np.bincount(data.train["label"])
    by_hand = torch.tensor((counts.sum() / (2 * counts)).round(6).tolist())
    want = torch.nn.functional.cross_entropy(scores, target, weight=by_hand)
    assert torch.equal(loss(scores, target), want)


def test_two_uses_of_a_block_have_the_weights_of_their_own_labels(file, tmp_path):
    other = write(tmp_path / "other.csv", {
        "x": [n / 7 for n in range(200)],
        "label": ["few" if n % 20 == 0 else "many" for n in range(200)],
    })  # fmt: skip
    first, second = remedied(file, 0)[0], remedied(other, 0)[0]
    made = grouped(document(first), "scores", "loss")
    (use,) = [n for n in made.graph.nodes.values() if n.type == "block"]
    made.graph.add_node(replace(use, id="again"))
    made.graph.add_node(Node("more", "data", registry.get("data").complete(second)))
    for edge in list(made.graph.edges_out_of("data")):
        made.graph.connect(Edge(replace(edge.source, node="more"),
                                 replace(edge.target, node="again")))  # fmt: skip
    parts = assemble(made)
    for path, params in ((f"{use.id}.loss", first), ("again.loss", second)):
        counts = np.bincount(load(params).train["label"])
        by_hand = torch.tensor((counts.sum() / (2 * counts)).round(6).tolist())
        assert torch.equal(parts.program.modules.at(path).class_weights, by_hand)


def test_weights_that_no_loss_in_a_block_takes_are_told(file):
    params, _ = remedied(file, 0)
    made = grouped(document(params, "multi_margin"), "data", "scores", "loss")
    (told,) = problems(made)
    apply_all(made, told.fixes[1].edits)
    assert list(problems(made)) == []


def test_weights_of_a_run_are_replayed_on_other_rows(file):
    params, _ = remedied(file, 0)
    rows = fitted.rows(
        [{"column": "x", "fill": 0.0}, {"column": "y", "fill": 0.0}],
        {"features": {"kind": "standardise", "shift": [0.0, 0.0], "scale": [1.0, 1.0]}},
        {"label": [3.0, 0.5]},
        "judge",
    )
    parts = assemble(document({**params, "fitted": rows}))
    assert parts.program.modules.get_submodule("loss").class_weights.tolist() == [
        3.0,
        0.5,
    ]


def test_a_loss_keeps_weights_of_its_own(file):
    made = document(remedied(file, 0)[0])
    own = made.graph.node("loss").with_param("class_weights", (1.0, 7.0))
    made.graph.replace_node(own)
    assert assemble(made).program.modules.get_submodule(
        "loss"
    ).class_weights.tolist() == [1.0, 7.0]


def test_weights_that_no_loss_takes_are_told_with_a_way_out(file):
    params, _ = remedied(file, 0)
    assert list(problems(document(params))) == []
    (told,) = problems(document(params, "multi_margin"))
    assert (told.node, told.severity) == ("data", "warning")
    steps = [fix.edits[0].node.params["steps"] for fix in told.fixes]
    assert steps == [(("label", "oversample"),), ()]


def test_rare_rows_come_again_in_training_alone(file):
    params, after = remedied(file, 1)
    plain = load(survey(file).params)
    data = load(params)
    for part in ("train", "validation"):
        for name, array in getattr(plain, part).items():
            np.testing.assert_array_equal(getattr(data, part)[name], array)
    feeds = assemble(document(params)).feeds
    counts = np.bincount(data.train["label"])
    assert feeds.num_samples == 2 * counts.max()
    drawn = [feeds.next() for _ in range(feeds.order.batches_per_epoch)]
    rows = torch.cat([batch["data.features"] for batch in drawn]).numpy()
    labels = torch.cat([batch["data.label"] for batch in drawn]).numpy()
    assert np.bincount(labels).tolist() == [counts.max()] * 2
    seen = {row.tobytes(): 0 for row in data.train["features"]}
    for row in rows:
        seen[row.tobytes()] += 1
    label_of = dict(zip(seen, data.train["label"].tolist(), strict=True))
    usual = [count for row, count in seen.items() if label_of[row] == 1]
    rare = [count for row, count in seen.items() if label_of[row] == 0]
    assert set(usual) == {1}
    assert max(rare) - min(rare) <= 1
    held = [batch for _, batch in feeds.validation_batches(64)]
    told = torch.cat([batch["data.label"] for batch in held]).numpy()
    np.testing.assert_array_equal(told, data.validation["label"])
    assert any(f"{2 * counts.max():,} an epoch" in each.text for each in after.steps)


@pytest.mark.parametrize(
    "step", [("x", "oversample"), ("gone", "class_weights"), ("x", "flip")]
)
def test_step_that_does_not_fit_names_the_column(file, step):
    with pytest.raises(ConfigError) as caught:
        load({**survey(file).params, "steps": (step,)})
    assert step[0] in str(caught.value)


def test_step_goes_with_the_role_of_its_column(file):
    params, _ = remedied(file, 1)
    roles = {"label": "ignore", "y": "target"}
    work = surveying(SurveyData(1, params, again=True, roles=roles))
    found = finished(work)
    assert (found.params["steps"], found.trouble) == ((), "")
