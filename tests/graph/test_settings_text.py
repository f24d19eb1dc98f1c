import pytest

from engine.errors import ConfigError
from engine.graph.edits import apply_all
from engine.graph.files.serialize import dumps
from engine.graph.settings_text import assign, edits
from presets import load


@pytest.fixture
def project():
    return load("mnist-cnn")


def test_settings_of_every_part_are_set(project):
    assign(
        project,
        [
            "lr=0.5",
            "optimizer=sgd",
            "momentum=0.9",
            "batch_size=32",
            "keep_best=true",
            "epochs=none",
            "schedule=step",
            "schedule.every=7",
            "every=2",
            "clip_norm=1",
            "conv1.kernel_size=[3,5]",
            "dropout.p=0.1",
            "conv2.padding_mode=reflect",
        ],
    )
    training = project.training
    phase = training.phases[0]
    assert training.number("batch_size") == 32
    assert training.value("keep_best") is True
    assert training.value("epochs") is None
    assert (phase.optimizer.type, phase.schedule.type) == ("sgd", "step")
    kept = {"weight_decay": 0.05}
    assert phase.optimizer.params == {**kept, "lr": 0.5, "momentum": 0.9}
    assert phase.schedule.params == {"every": 7}
    assert phase.params == {"clip_norm": 1.0, "every": 2}
    assert project.graph.node("conv1").params["kernel_size"] == (3, 5)
    assert project.graph.node("dropout").params["p"] == 0.1
    assert project.graph.node("conv2").params["padding_mode"] == "reflect"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("batchsize=3", "batch_size"),
        ("leraning_rate=3", "Did you mean “lr”"),
        ("lr=11", "≥ 0, ≤ 10"),
        ("scores.out_features=10000000", "≤ 1000000"),
        ("optimizer=adan", "adam"),
        ("schedule=cosin", "cosine"),
        ("lr=fast", "a number"),
        ("lr=-1", "≥ 0"),
        ("batch_size=0", "≥ 1"),
        ("conv1.out_channel=3", "conv1.out_channels"),
        ("conv9.out_channels=3", "conv..out_channels"),
        ("conv1.out_channels=many", "whole number"),
        ("conv1=3", "no setting"),
        ("momentum=0.9", "no setting"),
        ("lr", "KEY=VALUE"),
        ("=3", "KEY=VALUE"),
        ("seed=NaN", "whole number"),
    ],
)
def test_what_can_not_be_set_is_said_with_a_suggestion(project, text, words):
    with pytest.raises(ConfigError, match=words):
        assign(project, [text])


@pytest.fixture
def two_tasks():
    return load("forgetting")


def test_a_phase_in_front_means_this_phase_alone(two_tasks):
    first, second = two_tasks.training.phases
    assign(
        two_tasks,
        [
            "task B.lr=0.5",
            "task B.optimizer=sgd",
            "task B.clip_norm=2",
            'task B.update=["net_b.scores"]',
            'task A.minimise=["loss_a", "loss_b"]',
        ],
    )
    a, b = two_tasks.training.phases
    assert a.minimise == ("loss_a", "loss_b")
    assert (a.optimizer, a.update, a.params) == (
        first.optimizer,
        first.update,
        first.params,
    )
    assert (b.optimizer.type, b.optimizer.params["lr"]) == ("sgd", 0.5)
    assert b.update == ("net_b.scores",)
    assert b.params == {**second.params, "clip_norm": 2.0}
    assert b.minimise == second.minimise


def test_fields_that_every_node_has_can_be_set(two_tasks):
    assign(two_tasks, ["network.linear1.trainable=false", "net_b.lr_factor=0.25"])
    assert not two_tasks.blocks["network"].graph.node("linear1").trainable
    assert two_tasks.graph.node("net_b").lr_factor == 0.25


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("task B.update=net_b", "a list of nodes"),
        ("task B.update=[1]", "a list of nodes"),
        ("task C.lr=0.1", "no setting"),
        ("task B.lr=fast", "a number"),
        ("net_b.trainable=3", "true or false"),
        ("net_b.lr_factor=-1", "≥ 0"),
    ],
)
def test_what_a_phase_or_a_node_does_not_take_is_said(two_tasks, text, words):
    with pytest.raises(ConfigError, match=words):
        assign(two_tasks, [text])


def test_edits_make_the_same_document_and_can_be_taken_back(two_tasks):
    words = ["rehearsal.weight=1", "task B.lr=0.5", "network.linear1.trainable=false"]
    before = dumps(two_tasks)
    found = edits(two_tasks, words)
    assert dumps(two_tasks) == before
    assert len(found) == 3
    assigned = load("forgetting")
    assign(assigned, words)
    inverses = apply_all(two_tasks, found)
    assert dumps(two_tasks) == dumps(assigned)
    assert edits(two_tasks, words) == ()
    apply_all(two_tasks, inverses)
    assert dumps(two_tasks) == before


@pytest.mark.parametrize(
    "text",
    ["rehearsal.weight=0", "task B.every=1", "loss_a.weight=1", "task A.beta1=0.9"],
)
def test_what_is_so_already_needs_no_edit(two_tasks, text):
    assert edits(two_tasks, [text]) == ()
