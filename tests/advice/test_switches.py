import json

import pytest

import presets
from engine.advice.document import switches
from engine.errors import ConfigError
from engine.graph.edits import apply_all
from engine.graph.files.serialize import dumps, loads
from engine.graph.ports import params

SWITCH = {
    "name": "Rehearsal",
    "text": "Keeps old samples.",
    "set": ["rehearsal.weight=1", "task B.lr=0.1"],
    "unset": ["rehearsal.weight=0", "task B.lr=0.002"],
}


def carrying(*records):
    project = presets.load("forgetting")
    project.extra["remedies"] = list(records)
    return loads(dumps(project))


def test_switch_sets_and_takes_back_everything_it_names():
    project = carrying(SWITCH)
    before = dumps(project)
    (switch,) = switches.read(project)
    assert (switch.title, switch.text) == ("Rehearsal", "Keeps old samples.")
    assert not switch.is_on(project)
    apply_all(project, switch.switched(project, on=True))
    assert params(project.graph.node("rehearsal"))["weight"] == 1.0
    assert project.training.phases[1].optimizer.params["lr"] == 0.1
    assert switch.is_on(project)
    apply_all(project, switch.switched(project, on=False))
    assert not switch.is_on(project)
    assert dumps(project) == before


def test_switch_is_off_while_one_of_its_settings_differs():
    project = carrying(SWITCH)
    (switch,) = switches.read(project)
    apply_all(project, switch.switched(project, on=True)[:1])
    assert not switch.is_on(project)
    assert len(switch.switched(project, on=True)) == 1


def test_switch_of_a_node_that_is_gone_is_off_and_says_so():
    project = carrying({**SWITCH, "set": ["gone.weight=1"]})
    (switch,) = switches.read(project)
    assert not switch.is_on(project)
    with pytest.raises(ConfigError, match=r"gone\.weight"):
        switch.switched(project, on=True)


@pytest.mark.parametrize(
    "records",
    [
        7,
        "lr=1",
        [1, None, "lr=1", []],
        [{"name": "x"}],
        [{"name": "", "set": ["lr=1"]}],
        [{"name": 3, "set": ["lr=1"]}],
        [{"name": "x", "set": "lr=1"}],
        [{"name": "x", "set": [1, {}]}],
    ],
)
def test_what_is_no_switch_is_passed_over(records):
    record = json.loads(dumps(presets.load("xor")))
    record["remedies"] = records
    assert switches.read(loads(json.dumps(record))) == ()


@pytest.mark.parametrize("preset", [info.id for info in presets.all_presets()])
def test_switches_of_presets_are_off_and_come_back(preset):
    project = presets.load(preset)
    before = dumps(project)
    for switch in switches.read(project):
        assert not switch.is_on(project), switch.title
        apply_all(project, switch.switched(project, on=True))
        assert switch.is_on(project), switch.title
        apply_all(project, switch.switched(project, on=False))
        assert dumps(project) == before, switch.title
