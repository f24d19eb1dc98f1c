"""Weights from files, against files that plain torch and safetensors write."""

import shutil
from collections import OrderedDict
from dataclasses import replace

import pytest
import safetensors.torch
import torch
from torch import nn

from engine.compile.program import compile_project
from engine.errors import EngineError, TrainingError
from engine.graph.blocks import grouping
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.graph.model import Block, Endpoint, Node
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from engine.training.weights import initial_weights
from tests.training.projects import gan, graph, mlp, project


def torch_net(hidden=16):
    torch.manual_seed(99)
    net = OrderedDict(hidden=nn.Linear(4, hidden), scores=nn.Linear(hidden, 3))
    return nn.Sequential(net)


def starting(document, **weights):
    """Return the document with the words of some nodes set."""
    for node_id, text in weights.items():
        node = document.graph.node(node_id)
        document.graph.replace_node(replace(node, weights=text))
    return document


def state(trainer):
    return trainer.parts.program.modules.state_dict()


def equal(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def go(trainer):
    for _ in trainer.steps():
        pass
    return trainer


@pytest.fixture(params=["pt", "safetensors"])
def file(request, tmp_path):
    path = tmp_path / f"net.{request.param}"
    weights = torch_net().state_dict()
    if request.param == "pt":
        torch.save(weights, path)
    else:
        safetensors.torch.save_file(weights, path)
    return path


def test_nodes_that_ask_start_from_the_file_and_others_from_the_seed(file):
    trainer = Trainer(starting(mlp(), hidden=str(file)))
    expected, found = torch_net(), state(trainer)
    fresh = compile_project(mlp(), seed=0).modules.state_dict()
    assert torch.equal(found["hidden.weight"], expected.hidden.weight)
    assert torch.equal(found["hidden.bias"], expected.hidden.bias)
    assert torch.equal(found["scores.weight"], fresh["scores.weight"])


def test_first_loss_is_that_of_the_plain_torch_network(file):
    words = {"hidden": str(file), "scores": f"{file}#scores"}
    trainer = Trainer(starting(mlp(steps=1), **words))
    net = torch_net()
    batch = trainer.parts.feeds.next()
    hidden = torch.tanh(net.hidden(batch["data.features"]))
    expected = nn.functional.cross_entropy(net.scores(hidden), batch["data.label"])
    results = trainer.parts.program.phases[0].run(batch)
    torch.testing.assert_close(results["loss"], expected)


@pytest.mark.parametrize(
    ("prefix", "text"),
    [("model.body.", "#model.body"), ("", "#"), ("hidden.", "")],
)
def test_prefix_says_where_in_the_file(tmp_path, prefix, text):
    path = tmp_path / "w.safetensors"
    layer = torch_net().hidden.state_dict()
    weights = {prefix + name: tensor for name, tensor in layer.items()}
    safetensors.torch.save_file(weights, path)
    trainer = Trainer(starting(mlp(), hidden=f"{path}{text}"))
    assert torch.equal(state(trainer)["hidden.weight"], layer["weight"])


def test_block_takes_all_inside_and_repeats_take_their_own(tmp_path):
    document = gan()
    wanted = {
        f"old.{index}.{name}": torch.randn_like(tensor)
        for index in range(1)
        for name, tensor in (
            ("a.weight", torch.empty(8, 4)),
            ("a.bias", torch.empty(8)),
            ("b.weight", torch.empty(2, 8)),
            ("b.bias", torch.empty(2)),
        )
    }
    path = tmp_path / "g.safetensors"
    safetensors.torch.save_file(wanted, path)
    found = state(Trainer(starting(document, gen=f"{path}#old.0")))
    for name in ("a.weight", "a.bias", "b.weight", "b.bias"):
        assert torch.equal(found[f"gen.{name}"], wanted[f"old.0.{name}"])


def test_repeated_block_takes_each_repeat_from_its_number(tmp_path):
    document = gan()
    square = document.blocks["generator"]
    inner = square.graph.copy()
    inner.replace_node(Node("b", "linear", {"out_features": 4}))
    document.blocks["generator"] = replace(square, graph=inner)
    params = {"of": "generator", "repeat": 2}
    document.graph.replace_node(Node("gen", "block", params))
    shapes = {"a.weight": (8, 4), "a.bias": (8,), "b.weight": (4, 8), "b.bias": (4,)}
    wanted = {
        f"gen.{index}.{name}": torch.randn(shape)
        for index in range(2)
        for name, shape in shapes.items()
    }
    path = tmp_path / "g.safetensors"
    safetensors.torch.save_file(wanted, path)
    starting(document, gen=str(path))
    program = compile_gen(document)
    found = program.modules.state_dict()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def compile_gen(document):
    """Compile only the generator, whose output is no point of the critic's any more."""
    nodes = [document.graph.node(name) for name in ("z", "gen")]
    nodes += [Node("flat", "linear", {"out_features": 2}), Node("loss", "mse")]
    nodes += [Node("real", "data", {"source": "gaussians8"})]
    wires = "z.out>gen.z gen.out>flat.input flat.out>loss.input real.point>loss.target"
    made = project(nodes, wires, blocks=document.blocks)
    program = compile_project(made, seed=0)
    initial_weights.start(made, program, None)
    return program


def test_instance_that_shares_may_be_the_one_that_asks(tmp_path):
    path = tmp_path / "d.safetensors"
    wanted = {"a.weight": torch.randn(8, 2), "a.bias": torch.randn(8)}
    wanted |= {"b.weight": torch.randn(1, 8), "b.bias": torch.randn(1)}
    safetensors.torch.save_file(wanted, path)
    found = state(Trainer(starting(gan(), d_fake=f"{path}#")))
    assert torch.equal(found["d_real.a.weight"], wanted["a.weight"])


def test_other_shape_is_one_sentence_with_both_shapes(tmp_path):
    path = tmp_path / "net.pt"
    torch.save(torch_net(hidden=7).state_dict(), path)
    with pytest.raises(TrainingError) as caught:
        Trainer(starting(mlp(), hidden=str(path)))
    text = str(caught.value)
    assert "expected 16×4, got 7×4" in text
    assert "Linear 1 (hidden)" in text
    assert "\n" not in text


def test_missing_name_is_an_error_for_a_node_that_asks(file):
    with pytest.raises(TrainingError, match=r"nope\.weight.*got nothing") as caught:
        Trainer(starting(mlp(), hidden=f"{file}#nope"))
    assert caught.value.node == "hidden"


def test_whole_numbers_are_not_taken_for_weights(tmp_path):
    path = tmp_path / "i.safetensors"
    weights = {n: t.to(torch.int64) for n, t in torch_net().state_dict().items()}
    safetensors.torch.save_file(weights, path)
    with pytest.raises(TrainingError, match="does not fit"):
        Trainer(starting(mlp(), hidden=str(path)))


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize("content", ["nothing", "text", "evil", "list", "nested"])
def test_what_is_no_state_dict_is_refused_and_never_executed(tmp_path, content, capsys):
    path = tmp_path / "w.pt"
    if content == "text":
        path.write_text("import os")
    elif content != "nothing":
        values = {"evil": Evil(), "list": [1], "nested": {"a": {"b": torch.ones(1)}}}
        torch.save(values[content], path)
    with pytest.raises(EngineError) as caught:
        Trainer(starting(mlp(), hidden=str(path)))
    assert "w.pt" in str(caught.value)
    assert "executed" not in capsys.readouterr().out


def test_opening_a_document_reads_no_weights(tmp_path):
    document = starting(mlp(), hidden=str(tmp_path / "not-there.pt"))
    text = serialize.dumps(document)
    assert serialize.loads(text).graph.node("hidden").weights.endswith("not-there.pt")
    compile_project(serialize.loads(text), seed=0)


def test_project_takes_what_fits_and_leaves_the_rest(file):
    document = mlp()
    document.graph.replace_node(Node("scores", "linear", {"out_features": 3}))
    document.graph.replace_node(Node("hidden", "linear", {"out_features": 9}))
    document.weights = str(file)
    trainer = Trainer(document)
    fresh = Trainer(serialize.loads(serialize.dumps(replace(document, weights=""))))
    found = state(trainer)
    assert torch.equal(found["hidden.weight"], state(fresh)["hidden.weight"])
    assert torch.equal(found["scores.bias"], torch_net().scores.bias)


def test_node_goes_before_the_project(file, tmp_path):
    other = tmp_path / "other.safetensors"
    safetensors.torch.save_file(
        {"weight": torch.zeros(16, 4), "bias": torch.ones(16)}, other
    )
    document = starting(mlp(), hidden=f"{other}#")
    document.weights = str(file)
    found = state(Trainer(document))
    assert found["hidden.weight"].abs().sum() == 0
    assert torch.equal(found["scores.weight"], torch_net().scores.weight)


def test_preview_tells_matched_missing_and_differing(tmp_path):
    path = tmp_path / "w.safetensors"
    weights = torch_net().state_dict()
    del weights["scores.bias"]
    weights["hidden.weight"] = torch.zeros(5, 4)
    weights["other.weight"] = torch.zeros(1)
    safetensors.torch.save_file(weights, path)
    found = initial_weights.preview(mlp(), str(path))
    fits = {tensor.name: (tensor.fit, tensor.expected) for tensor in found.tensors}
    assert fits == {
        "hidden.weight": ("differs", (16, 4)),
        "hidden.bias": ("matched", (16,)),
        "scores.weight": ("matched", (3, 16)),
        "scores.bias": ("missing", (3,)),
    }
    assert found.nodes == ()
    assert found.unused == ("other.weight",)


def test_preview_names_the_nodes_that_fit_and_draws_no_random_number(file):
    before = torch.get_rng_state()
    found = initial_weights.preview(mlp(), str(file))
    assert found.nodes == ("hidden", "scores")
    assert torch.equal(torch.get_rng_state(), before)
    assert initial_weights.preview(mlp(), str(file), "no.such").nodes == ()


def test_run_folder_gives_the_weights_of_its_checkpoint(tmp_path):
    first = go(Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="first")))
    folder = str(tmp_path / "first")
    second = Trainer(starting(mlp(), hidden=folder, scores=folder))
    equal(state(second), state(first))


def test_run_notes_which_file_it_started_from(file, tmp_path):
    document = starting(mlp(steps=1), hidden=str(file))
    trainer, run = launch(tmp_path, document, name="run")
    go(trainer)
    noted = runs.open_run(tmp_path / "run").info["weights"]
    assert noted == {str(file): initial_weights.weight_files.read(str(file)).sha256}
    log = (run.folder / "log.txt").read_text("utf-8")
    assert "2 matched, 0 missing" in log


def test_resumed_run_takes_its_checkpoint_and_not_the_file(file, tmp_path):
    document = starting(mlp(dropout=0.3), hidden=str(file))
    whole = go(Trainer(document))
    trainer, _ = launch(tmp_path, document, name="run")
    steps = trainer.steps()
    for _ in steps:
        if trainer.step >= 3:
            break
    trainer.recorder.settle()
    left = runs.open_run(shutil.copytree(tmp_path / "run", tmp_path / "left"))
    assert left.step == 0  # written before the first step
    file.unlink()
    second = go(Trainer.resume(left))
    equal(state(second), state(whole))
    steps.close()


def test_kept_weights_are_those_that_still_fit_the_edited_document(tmp_path):
    first = go(Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="first")))
    edited = mlp()
    edited.graph.replace_node(Node("scores", "linear", {"out_features": 3}, "named"))
    edited.graph.replace_node(Node("hidden", "linear", {"out_features": 16}))
    kept = str(tmp_path / "first")
    second, run = launch(tmp_path, edited, weights_from=kept)
    equal(state(second), state(first))
    assert list(run.info["weights"]) == [kept]
    second.close("stopped")
    wider = mlp()
    wider.graph.replace_node(Node("hidden", "linear", {"out_features": 20}))
    third, _ = launch(tmp_path, wider, weights_from=kept)
    found, fresh = state(third), compile_project(wider, seed=0).modules.state_dict()
    assert torch.equal(found["scores.bias"], state(first)["scores.bias"])
    assert torch.equal(found["hidden.weight"], fresh["hidden.weight"])
    third.close("stopped")


def test_kept_weights_follow_into_a_block_and_out_of_it(tmp_path):
    first = go(Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="first")))
    grouped = mlp()
    apply_all(grouped, grouping.group(grouped, ["hidden"], "stem"))
    second, _ = launch(
        tmp_path, grouped, name="second", weights_from=str(tmp_path / "first")
    )
    taken, old = state(second), state(first)
    assert torch.equal(taken["stem.hidden.weight"], old["hidden.weight"])
    assert torch.equal(taken["stem.hidden.bias"], old["hidden.bias"])
    assert torch.equal(taken["scores.weight"], old["scores.weight"])
    go(second)
    second.close("stopped")
    third, _ = launch(
        tmp_path, mlp(), name="third", weights_from=str(tmp_path / "second")
    )
    equal(state(third), {k.removeprefix("stem."): v for k, v in state(second).items()})
    third.close("stopped")


def test_kept_weights_follow_nobody_where_two_could_own_them(tmp_path):
    def square():
        made = mlp()
        made.graph.replace_node(Node("hidden", "linear", {"out_features": 4}))
        return made

    first = go(Trainer(square(), run=runs.create(tmp_path, square(), name="first")))
    twice = square()
    apply_all(twice, grouping.group(twice, ["hidden"], "stem"))
    twice.graph.replace_node(twice.graph.node("stem").with_param("repeat", 2))
    fresh = compile_project(twice, seed=0).modules.state_dict()
    second, _ = launch(
        tmp_path, twice, name="second", weights_from=str(tmp_path / "first")
    )
    name = "stem.0.hidden.weight"
    assert torch.equal(state(second)[name], fresh[name])
    assert torch.equal(state(second)["scores.weight"], state(first)["scores.weight"])
    second.close("stopped")


def test_keeping_nothing_leaves_no_folder(tmp_path):
    runs.create(tmp_path, mlp(), name="empty")
    with pytest.raises(TrainingError, match="no checkpoint"):
        launch(tmp_path, mlp(), name="new", weights_from=str(tmp_path / "empty"))
    assert not (tmp_path / "new").exists()


def test_adapter_beside_a_layer_is_no_part_of_the_file(tmp_path):
    net = nn.Sequential(OrderedDict(one=nn.Linear(4, 8)))
    tensors = {f"net.{name}": tensor for name, tensor in net.state_dict().items()}
    safetensors.torch.save_file(tensors, str(tmp_path / "base.safetensors"))
    inside = graph(
        [
            Node("one", "linear", {"out_features": 8}),
            Node("beside", "low_rank", {"out_features": 8}),
            Node("sum", "add"),
        ],
        "one.out>sum.inputs beside.out>sum.inputs",
    )
    ports = (Endpoint("one", "input"), Endpoint("beside", "input"))
    block = Block(inside, {"x": ports}, {"out": Endpoint("sum", "out")})
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("net", "block", {"of": "net"}, weights=str(tmp_path / "base.safetensors")),
        Node("scores", "linear", {"out_features": 3}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.features>net.x net.out>scores.input scores.out>loss.input "
        "data.label>loss.target"
    )
    trainer = Trainer(project(nodes, wires, blocks={"net": block}, steps=2))
    assert torch.equal(state(trainer)["net.one.weight"], net.one.weight)
