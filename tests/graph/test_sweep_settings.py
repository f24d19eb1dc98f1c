"""What a sweep can go over: every setting by its key, and values that it takes."""

import pytest

import presets
from engine.graph.settings_text import assign
from engine.graph.sweep.settings import of_nodes, settings
from engine.graph.sweep.space import assignment, parsed

NAMES = ("xor", "mnist-cnn", "gan-2d", "tiny-gpt")


@pytest.mark.parametrize("name", ["xor", "gan-2d"])
def test_every_key_means_the_setting_that_it_stands_beside(name):
    project = presets.load(name)
    found = settings(project)
    before = {each.key: each.value for each in found}
    assert len(before) == len(found)
    for each in found:
        if each.param.kind in {"int", "float", "bool"} and each.proposal:
            axis = parsed(f"{each.key}={each.proposal}", project)
            known = (each.value, "none")
            other = next(v for v in axis.values or (axis.low,) if v not in known)
            changed = project.copy()
            assign(changed, (assignment(each.key, other),))
            after = {s.key: s.value for s in settings(changed)}
            assert {k for k in after if after[k] != before[k]} == {each.key}


@pytest.mark.parametrize("name", NAMES)
def test_every_proposal_can_be_swept_over(name):
    project = presets.load(name)
    for each in settings(project):
        if each.proposal:
            assert parsed(f"{each.key}={each.proposal}", project).key == each.key


def test_the_settings_of_a_node_are_those_of_its_form():
    project = presets.load("mnist-cnn")
    node = next(n for n in project.graph.nodes.values() if n.type == "conv2d")
    found = of_nodes(settings(project), [node.id], "")
    assert found
    assert {each.key.rpartition(".")[0] for each in found} == {node.id}
    assert f"{node.id}.out_channels" in [each.key for each in found]
