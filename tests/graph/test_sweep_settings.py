"""What a sweep can go over: every setting by its key, and values that it takes."""

import pytest

import presets
from engine.compile.build import build
from engine.compile.builders.table import BUILDERS
from engine.graph.model import Node
from engine.graph.settings_text import assign
from engine.graph.sweep.settings import of_nodes, settings
from engine.graph.sweep.space import assignment, parsed
from engine.layers import registry
from tests.helpers.catalogue import inputs_of

WITH_WEIGHTS_IF_SET = {
    "constant", "instance_norm1d", "instance_norm2d", "instance_norm3d"
}  # fmt: skip
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


@pytest.mark.parametrize("name", ["spirals", "mnist-cnn", "tiny-gpt", "diabetes"])
def test_of_the_data_only_what_has_an_effect_is_offered_and_another_set_last(name):
    project = presets.load(name)
    data = next(n for n in project.graph.nodes.values() if n.type == "data")
    keys = [each.key for each in of_nodes(settings(project), [data.id], "")]
    names = [key.rpartition(".")[2] for key in keys]
    assert len(names) > 1
    assert names[-1] == "source"
    assert not {"trainable", "lr_factor", "rows", "together"} & {*names}
    assert ("noise" in names) == (name == "spirals")
    assert ("context" in names) == (name == "tiny-gpt")
    assert ("scale_target" in names) == (name == "diabetes")


def test_all_that_has_weights_may_be_frozen_and_no_more():
    project = presets.load("xor")
    for type_id in BUILDERS:
        project.graph.add_node(Node(f"a_{type_id}", type_id))
    keys = {each.key for each in settings(project)}
    offered = {type_id for type_id in BUILDERS if f"a_{type_id}.lr_factor" in keys}
    weighing = {type_id for type_id in BUILDERS if _has_weights(type_id)}
    assert weighing <= offered
    assert offered - weighing <= WITH_WEIGHTS_IF_SET


def _has_weights(type_id):
    inputs = inputs_of(type_id)
    shapes, kinds = [tuple(x.shape) for x in inputs], [x.dtype for x in inputs]
    values = registry.get(type_id).defaults()
    return any(True for _ in build(type_id, values, shapes, kinds).parameters())
