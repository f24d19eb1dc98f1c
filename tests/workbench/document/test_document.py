"""The document: steps, files, refusals."""

import contextlib
import random

import pytest

from engine.errors import DocumentError, EngineError, GraphError
from engine.graph.edits import AddNode, Connect, Edit, Move
from engine.graph.files import serialize
from engine.graph.model import Edge, Endpoint, Node
from engine.layers import registry
from tests.workbench.canvas import nets
from workbench.document import Document, actions, clipboard, wires
from workbench.document.files.recovery import Recovery


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


def test_add_node_is_one_readable_step_that_undoes_exactly(document):
    before = document.text()
    node_id = actions.add_node(document, "conv2d", (10.0, 20.0))
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Add Conv2d"
    assert document.project.position("", node_id) == (10.0, 20.0)
    document.undo_stack.undo()
    assert document.text() == before


def test_add_node_connects_to_the_given_output(document):
    end = Endpoint("conv", "out")
    node_id = actions.add_node(document, "tanh", (0.0, 0.0), end)
    assert Edge(end, Endpoint(node_id, "input")) in document.project.graph.edges


def test_a_loss_is_wired_to_the_only_answer_there_is(document):
    graph = document.project.graph
    labels = next(
        e.source for e in graph.edges_into("loss") if e.target.port == "target"
    )
    actions.remove(document, ["loss", *ends_of(graph)])
    before = document.text()
    end = Endpoint("linear", "out")
    node_id = actions.add_node(document, "cross_entropy", (0.0, 0.0), end)
    wires_in = {str(e.target.port): e.source for e in graph.edges_into(node_id)}
    assert wires_in == {"input": end, "target": labels}
    document.undo_stack.undo()
    assert document.text() == before
    mse = actions.add_node(document, "mse", (0.0, 0.0), end)  # class numbers don't fit
    assert [e.target.port for e in graph.edges_into(mse)] == ["input"]


def test_a_metric_behind_a_loss_judges_the_same(document):
    graph = document.project.graph
    wanted = {e.target.port: e.source for e in graph.edges_into("loss")}
    assert set(wanted) == {"input", "target"}
    for kind in ("accuracy", "confusion_matrix"):
        (port, *_) = wires.outputs_of(document.project, graph.node("loss"))
        made = actions.add_node(document, kind, (0.0, 0.0), Endpoint("loss", port.name))
        assert {e.target.port: e.source for e in graph.edges_into(made)} == wanted
        assert not graph.edges_out_of("loss")


def ends_of(graph):
    """Return what is held against an answer, but the loss."""
    targets = [e.target for e in graph.edges if e.target.port == "target"]
    return [end.node for end in targets if end.node != "loss"]


def test_add_node_into_a_wire_takes_its_place(document):
    wire = Edge.parse("conv.out", "relu.input")
    node_id = actions.add_node(document, "tanh", (0.0, 0.0), wire)
    edges = document.project.graph.edges
    assert wire not in edges
    assert Edge.parse("conv.out", f"{node_id}.input") in edges
    assert Edge.parse(f"{node_id}.out", "relu.input") in edges
    assert document.undo_stack.count() == 1


def test_remove_and_undo_restore_the_text(document):
    before = document.text()
    actions.remove(document, ["relu", "conv"])
    assert "relu" not in document.project.graph.nodes
    assert document.undo_stack.undoText() == "Delete 2 nodes"
    document.undo_stack.undo()
    assert document.text() == before


def test_a_refused_edit_changes_nothing_and_is_not_on_the_stack(document):
    before = document.text()
    edits: list[Edit] = [
        AddNode(Node("extra", "relu")),
        Connect(Edge.parse("loss.loss", "conv.input")),
    ]
    with pytest.raises(EngineError):
        document.apply(edits, "Wrong")
    assert document.text() == before
    assert document.undo_stack.count() == 0


def test_connect_replaces_the_wire_of_a_single_input_in_one_step(document):
    before = document.text()
    actions.connect(document, Edge.parse("flatten.out", "loss.input"))
    into = document.project.graph.edges_into("loss")
    assert [str(e.source) for e in into if e.target.port == "input"] == ["flatten.out"]
    assert document.undo_stack.undoText() == "Connect Flatten → CrossEntropy"
    document.undo_stack.undo()
    assert document.text() == before


def test_connect_keeps_all_wires_of_a_variadic_input(document):
    node_id = actions.add_node(document, "concat", (0.0, 0.0))
    variadic = registry.get("concat").inputs[0].name
    for source in ("conv.out", "relu.out"):
        actions.connect(document, Edge.parse(source, f"{node_id}.{variadic}"))
    assert len(document.project.graph.edges_into(node_id)) == 2


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("relu.out", "conv.input", "cycle"),
        ("data.label", "relu.input", "does not fit"),
        ("relu.nothing", "loss.input", "no such port"),
    ],
)
def test_connect_says_why_it_refuses(document, source, target, words):
    before = document.text()
    with pytest.raises(GraphError, match=words):
        actions.connect(document, Edge.parse(source, target))
    assert document.text() == before


def test_replug_moves_an_end_in_one_step(document):
    old = Edge.parse("linear.out", "loss.input")
    new = Edge.parse("flatten.out", "loss.input")
    before = document.text()
    actions.replug(document, old, new)
    assert new in document.project.graph.edges
    assert old not in document.project.graph.edges
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.text() == before


def test_set_param_stores_only_what_differs_from_the_default(document):
    actions.set_param(document, ["conv"], "kernel_size", 5)
    assert document.project.graph.node("conv").params["kernel_size"] == 5
    assert document.undo_stack.undoText() == "Set Kernel"
    default = registry.get("conv2d").defaults()["kernel_size"]
    actions.set_param(document, ["conv"], "kernel_size", default)
    assert "kernel_size" not in document.project.graph.node("conv").params


def test_set_param_on_many_nodes_is_one_step(document):
    other = actions.add_node(document, "conv2d", (0.0, 0.0))
    actions.set_param(document, ["conv", other], "out_channels", 12)
    nodes = document.project.graph.nodes
    assert {nodes[i].params["out_channels"] for i in ("conv", other)} == {12}
    assert document.undo_stack.count() == 2


def test_set_param_refuses_a_bad_value_without_a_step(document):
    with pytest.raises(EngineError):
        actions.set_param(document, ["conv"], "kernel_size", 0)
    assert document.undo_stack.count() == 0


def test_rename_freeze_and_training_undo(document):
    before = document.text()
    actions.rename(document, "conv", "Edges")
    actions.set_trainable(document, ["conv"], value=False)
    actions.set_lr_factor(document, ["conv"], 0.5)
    training = document.project.training.with_value("batch_size", 16)
    actions.set_training(document, training, "Batch size")
    assert document.undo_stack.count() == 4
    node = document.project.graph.node("conv")
    assert (node.name, node.trainable, node.lr_factor) == ("Edges", False, 0.5)
    for _ in range(4):
        document.undo_stack.undo()
    assert document.text() == before


def test_paste_gives_new_ids_and_keeps_inner_wires(document):
    text = clipboard.excerpt(document, ["conv", "relu"])
    ids = clipboard.paste(document, text)
    assert ids == ["conv_2", "relu_2"]
    edges = document.project.graph.edges
    assert Edge.parse("conv_2.out", "relu_2.input") in edges
    assert not document.project.graph.edges_into("conv_2")
    assert document.project.graph.node("conv_2").params == {"out_channels": 8}


def test_paste_lands_a_little_below_and_to_the_right(document):
    actions.move(document, {"conv": (40.0, 50.0), "relu": (240.0, 50.0)})
    ids = clipboard.paste(document, clipboard.excerpt(document, ["conv", "relu"]))
    places = document.project.layout[""]
    assert [places[i] for i in ids] == [(70.0, 80.0), (270.0, 80.0)]


def test_paste_refuses_text_that_is_no_document(document):
    with pytest.raises(DocumentError):
        clipboard.paste(document, '{"a": 1}')


def test_clipboard_carries_plain_text_that_is_a_document(document):
    clipboard.copy(document, ["conv"])
    text = clipboard.clipboard_text()
    assert list(serialize.loads(text).graph.nodes) == ["conv"]


def test_save_and_load_keep_the_text_and_the_clean_state(document, tmp_path):
    actions.rename(document, "conv", "Edges")
    assert document.is_modified
    document.save(tmp_path / "net.bpw")
    assert not document.is_modified
    assert document.title == "net"
    other = Document()
    other.load(tmp_path / "net.bpw")
    assert other.text() == document.text()


def test_load_of_a_broken_file_keeps_the_open_project(document, tmp_path):
    (tmp_path / "bad.bpw").write_text("{", encoding="utf-8")
    before = document.text()
    with pytest.raises(DocumentError):
        document.load(tmp_path / "bad.bpw")
    assert document.text() == before


def test_save_without_a_file_is_refused(document):
    with pytest.raises(DocumentError):
        document.save()


def test_changed_is_sent_for_do_undo_and_redo(document, qtbot):
    seen = []
    document.changed.connect(seen.append)
    actions.rename(document, "conv", "Edges")
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert len(seen) == 3
    assert document.project.graph.node("conv").name == "Edges"


def test_unplaced_nodes_are_pinned_when_another_gets_a_place(qapp):
    document = Document()
    document.set_project(nets.cnn(placed=False))
    before = document.text()
    shown = {"conv": (1.0, 2.0), "relu": (3.0, 4.0)}
    document.places_wanted.connect(lambda _scope, places: places.update(shown))
    actions.move(document, {"relu": (9.0, 9.0)})
    assert document.project.layout[""] == {"conv": (1.0, 2.0), "relu": (9.0, 9.0)}
    document.undo_stack.undo()
    assert document.text() == before


def test_recovery_writes_a_copy_until_the_document_is_saved(document, tmp_path):
    recovery = Recovery(document, tmp_path / "copy.bpw")
    actions.rename(document, "conv", "Edges")
    recovery.write()
    assert serialize.load(recovery.path).graph.node("conv").name == "Edges"
    document.save(tmp_path / "net.bpw")
    assert not recovery.path.exists()


def test_what_is_in_no_file_yet_is_unsaved_until_it_is_saved(document, tmp_path):
    document.set_project(document.project, is_saved=False)
    assert document.is_modified
    document.save(tmp_path / "net.bpw")
    assert not document.is_modified


def _random_edit(document, rng):
    """Do one random thing that a person could do; refusals count too."""
    graph = document.project.graph
    ids = list(graph.nodes)
    specs = registry.all_specs()
    action = rng.randrange(8)
    if action <= 1 or len(ids) < 2:
        place = (rng.randrange(500) * 1.0, rng.randrange(500) * 1.0)
        actions.add_node(document, rng.choice(specs).id, place)
    elif action == 2:
        actions.remove(document, rng.sample(ids, k=min(2, len(ids))))
    elif action == 3 and graph.edges:
        actions.disconnect(document, [rng.choice(graph.edges)])
    elif action == 4:
        actions.move(document, {rng.choice(ids): (rng.random(), rng.random())})
    elif action == 5:
        clipboard.duplicate(document, rng.sample(ids, k=2))
    elif action == 6:
        actions.rename(document, rng.choice(ids), f"n{rng.randrange(99)}")
    else:
        _random_wire(document, rng, ids)


def _random_wire(document, rng, ids):
    project = document.project
    source, target = (project.graph.node(i) for i in rng.sample(ids, k=2))
    outputs = wires.outputs_of(project, source)
    inputs = wires.inputs_of(project, target)
    if outputs and inputs:
        start = Endpoint(source.id, rng.choice(outputs).name)
        end = Endpoint(target.id, rng.choice(inputs).name)
        actions.connect(document, Edge(start, end))


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_random_edits_undo_and_redo_exactly(document, seed):
    rng = random.Random(seed)
    before = document.text()
    refused = 0
    for _ in range(200):
        text, steps = document.text(), document.undo_stack.count()
        try:
            _random_edit(document, rng)
        except EngineError:
            refused += 1
            assert document.text() == text
            assert document.undo_stack.count() == steps
    after = document.text()
    assert document.undo_stack.count() > 100
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.text() == before
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert document.text() == after


def possible(project, edge):
    try:
        wires.check(project, edge)
    except GraphError:
        return False
    return True


def test_candidates_are_the_ports_whose_wires_are_possible(document):
    rng = random.Random(7)
    for _ in range(40):
        with contextlib.suppress(EngineError):
            _random_edit(document, rng)
    project = document.project
    ends = [
        (Endpoint(node.id, port.name), is_output)
        for node in project.graph.nodes.values()
        for is_output in (True, False)
        for port in (wires.outputs_of if is_output else wires.inputs_of)(project, node)
    ]
    for end, forward in ends:
        expected = {
            other
            for other, is_output in ends
            if is_output != forward
            and possible(project, Edge(end, other) if forward else Edge(other, end))
        }
        assert set(wires.candidates(project, end, forward=forward)) == expected


def test_move_to_the_same_place_is_no_step(document):
    actions.move(document, {"conv": document.project.position("", "conv")})
    assert document.undo_stack.count() == 0


def test_apply_tells_the_edits(document):
    seen = []
    document.changed.connect(seen.append)
    edit = Move((("conv", (5.0, 5.0)),))
    document.apply([edit], "Move")
    assert seen == [[edit]]
