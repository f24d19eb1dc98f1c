import pytest

from engine.cli.assign import assign
from engine.errors import ConfigError
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
