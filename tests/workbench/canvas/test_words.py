"""Words on cards: what is wired, and what a view shows."""

import pytest

import presets
from engine.graph.edits import AddNode
from engine.graph.model import Edge, Node
from engine.layers import registry
from workbench.canvas.cards import faces, labels
from workbench.document import actions


def loss(document):
    document.apply([AddNode(Node("bce", "bce_with_logits"))], "Add")
    actions.connect(document, Edge.parse("linear.out", "bce.input"))


def test_a_constant_target_is_told_only_while_none_is_wired(view, document):
    loss(document)
    assert view.scene.nodes["bce"].face.summary == "constant target 1"
    actions.connect(document, Edge.parse("data.label", "bce.target"))
    assert view.scene.nodes["bce"].face.summary == ""
    document.undo_stack.undo()
    assert view.scene.nodes["bce"].face.summary == "constant target 1"


def test_the_reconstruction_of_the_vae_has_no_constant_target():
    project = presets.load("vae")
    losses = [
        node for node in project.graph.nodes.values() if node.type == "bce_with_logits"
    ]
    assert losses
    told = [faces.summary_of(project, node) for node in losses]
    assert not any("target" in summary for summary in told)


@pytest.mark.parametrize(
    ("type_id", "text"), [("predictions", "16 samples"), ("image_grid", "16 images")]
)
def test_predictions_count_samples_as_not_all_are_images(type_id, text):
    spec = registry.get(type_id)
    assert labels.summary(spec, spec.complete({})).startswith(text)
