"""Another layer in the place of one: wires, name, id and shared settings stay."""

from dataclasses import replace

import pytest

import presets
from engine.errors import GraphError
from engine.graph.edits import AddNode, Connect, ReplaceNode
from engine.graph.model import Edge, Node
from engine.layers import registry
from tests.workbench.canvas import nets
from workbench.document import Document, actions, blocks, outer_ports, replacing
from workbench.document.phases import set_minimise


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


def node(document, node_id, scope=""):
    return document.project.scope(scope).node(node_id)


def wires(document, scope=""):
    return [str(edge) for edge in document.project.scope(scope).edges]


def test_wires_name_and_id_stay_in_one_step(document):
    actions.rename(document, "relu", "Knee")
    before, edges = document.text(), wires(document)
    count = document.undo_stack.count()
    replacing.replace_with(document, ["relu"], "gelu")
    assert (node(document, "relu").type, node(document, "relu").name) == (
        "gelu",
        "Knee",
    )
    assert wires(document) == edges
    assert document.undo_stack.count() == count + 1
    assert document.undo_stack.undoText() == "Replace Knee with GELU"
    document.undo_stack.undo()
    assert document.text() == before


def test_settings_that_both_have_stay_and_others_go(document):
    actions.set_params(
        document, ["conv"], {"kernel_size": 5, "padding": 2, "out_channels": 12}
    )
    replacing.replace_with(document, ["conv"], "max_pool2d")
    assert node(document, "conv").params == {"kernel_size": 5, "padding": 2}
    assert registry.get("max_pool2d").param("out_channels") is None


def test_settings_of_a_loss_go_over_to_another(document):
    actions.set_param(document, ["loss"], "weight", 3.0)
    replacing.replace_with(document, ["loss"], "nll")
    assert node(document, "loss").params == {"weight": 3.0}


def test_a_value_that_the_other_kind_refuses_is_left_behind(document):
    conv = Node("conv", "conv2d", {"padding": "same", "kernel_size": 5})
    document.apply([ReplaceNode(conv)], "Change")
    replacing.replace_with(document, ["conv"], "max_pool2d")
    assert node(document, "conv").params == {"kernel_size": 5}


def test_training_flags_stay_and_the_file_of_the_weights_does_not(document):
    old = replace(
        node(document, "linear"), trainable=False, lr_factor=0.5, weights="w.pt"
    )
    document.apply([ReplaceNode(old)], "Change")
    replacing.replace_with(document, ["linear"], "low_rank")
    new = node(document, "linear")
    assert (new.trainable, new.lr_factor, new.weights) == (False, 0.5, "")


def test_ports_of_another_name_take_the_wires_in_their_order(document):
    actions.add_node(document, "add", (0.0, 300.0))
    for source in ("relu.out", "conv.out"):
        document.apply([Connect(Edge.parse(source, "add.inputs"))], "Connect")
    before = wires(document)
    replacing.replace_with(document, ["add"], "subtract")
    left, right = [e for e in document.project.graph.edges if e.target.node == "add"]
    assert (str(left.source), str(right.source)) == ("relu.out", "conv.out")
    assert len({left.target.port, right.target.port}) == 2
    assert len(wires(document)) == len(before)
    document.undo_stack.undo()
    assert wires(document) == before


def test_a_loss_gives_way_to_losses_alone_and_its_phase_goes_on(document):
    set_minimise(document, 0, ("loss",))
    found = replacing.substitutes(document.project, ["loss"])
    assert found
    assert {registry.get(name).category for name in found} == {"loss"}
    assert "cross_entropy" not in found
    replacing.replace_with(document, ["loss"], "nll")
    assert document.project.training.phases[0].minimise == ("loss",)


def test_what_would_lack_an_input_or_a_port_is_not_offered(document):
    found = replacing.substitutes(document.project, ["relu"])
    assert {"gelu", "tanh", "conv2d", "batch_norm2d"} <= set(found)
    assert not {"relu", "subtract", "matmul", "mse", "image_grid", "data", "block"} & {
        *found
    }
    with pytest.raises(GraphError, match="no port"):
        replacing.replace_with(document, ["relu"], "mse")


def test_all_offered_keep_every_wire_of_every_preset(qapp):
    tried = 0
    for preset in ("xor", "seq2seq", "vae", "gan-2d"):
        made = Document()
        made.load_preset(preset)
        for node_id in list(made.project.graph.nodes):
            found = replacing.substitutes(made.project, [node_id])
            edges = len(made.project.graph.edges)
            for type_id in found[:: max(1, len(found) // 4)]:
                text = made.text()
                replacing.replace_with(made, [node_id], type_id)
                assert len(made.project.graph.edges) == edges
                made.undo_stack.undo()
                assert made.text() == text
                tried += 1
    assert tried > 60
    assert presets.all_ids()


def test_inside_a_block_its_ports_lead_to_the_new_layer(document):
    blocks.group(document, ["conv", "relu"], "stem")
    graph = document.project.blocks["stem"].graph
    outer = document.project.blocks["stem"]
    before, text = (dict(outer.inputs), dict(outer.outputs)), document.text()
    replacing.replace_with(document, ["relu"], "tanh", "stem")
    outer = document.project.blocks["stem"]
    assert graph.nodes.keys() == outer.graph.nodes.keys()
    assert (dict(outer.inputs), dict(outer.outputs)) == before
    assert outer.graph.node("relu").type == "tanh"
    document.undo_stack.undo()
    assert document.text() == text


def test_a_port_of_a_block_follows_to_another_name(document):
    blocks.group(document, ["conv", "relu"], "stem")
    document.apply([AddNode(Node("both", "add"), "stem")], "Add")
    actions.connect(document, Edge.parse("conv.out", "both.inputs"), "stem")
    edge = Edge.parse("conv.out", "both.inputs")
    assert edge in document.project.blocks["stem"].graph.edges
    outer_ports.expose(document, "stem", edge.target, is_output=False)
    block = document.project.blocks["stem"]
    assert ("inputs",) in [
        tuple(e.port for e in ends) for ends in block.inputs.values()
    ]
    replacing.replace_with(document, ["both"], "gelu", "stem")
    block = document.project.blocks["stem"]
    ends = [e for found in block.inputs.values() for e in found if e.node == "both"]
    assert [end.port for end in ends] == ["input"]


def test_several_at_once_are_one_step(document):
    actions.add_node(document, "relu", (0.0, 300.0))
    count = document.undo_stack.count()
    replacing.replace_with(document, ["relu", "relu_2"], "silu")
    assert [node(document, i).type for i in ("relu", "relu_2")] == ["silu", "silu"]
    assert document.undo_stack.count() == count + 1
    assert document.undo_stack.undoText() == "Replace 2 layers with SiLU"
