"""Programs against the same networks written by hand."""

import gc
import linecache
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from engine.compile.flatten import Flattener
from engine.compile.held import run_and_see
from engine.compile.program import compile_project
from engine.errors import EngineError, ShapeError
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.graph.settings import Phase, Training
from tests.helpers.projects import chain, graph, project


def digits_feeds(batch=5):
    torch.manual_seed(3)
    return {
        "data.image": torch.rand(batch, 1, 8, 8),
        "data.label": torch.randint(0, 10, (batch,)),
    }


def mlp() -> Project:
    return chain(
        "flatten", ("linear", {"out_features": 16}), "relu",
        ("linear", {"out_features": 10}),
    )  # fmt: skip


def gan() -> Project:
    made = Project(
        graph=graph(
            {
                "real": ("data", {"source": "gaussians8"}),
                "z": ("noise", {"shape": (8,)}),
                "gen": ("block", {"of": "generator"}),
                "d_real": ("block", {"of": "critic", "share": "d"}),
                "d_fake": ("block", {"of": "critic", "share": "d"}),
                "loss_real": ("bce_with_logits", {"target": 1.0}),
                "loss_fake": ("bce_with_logits", {"target": 0.0, "weight": 2.0}),
                "loss_fool": ("bce_with_logits", {"target": 1.0}),
            }
        ),
        blocks={
            "generator": _mlp_block(8, 2, "z"),
            "critic": _mlp_block(16, 1, "x"),
        },
        training=Training(
            phases=(
                Phase("d", minimise=("loss_real", "loss_fake"), update=("d_real",)),
                Phase("g", minimise=("loss_fool",), update=("gen",)),
            )
        ),
    )
    wires = """real.point>d_real.x z.out>gen.z gen.out>d_fake.x
    d_real.out>loss_real.input d_fake.out>loss_fake.input d_fake.out>loss_fool.input"""
    for wire in wires.split():
        source, target = wire.split(">")
        made.graph.connect(graph_edge(source, target))
    return made


def graph_edge(source, target):
    return Edge.parse(source, target)


def _mlp_block(hidden: int, out: int, name: str) -> Block:
    inner = graph(
        {
            "a": ("linear", {"out_features": hidden}),
            "act": "tanh",
            "b": ("linear", {"out_features": out}),
        },
        "a.out>act.input act.out>b.input",
    )
    return Block(
        inner, {name: (Endpoint("a", "input"),)}, {"out": Endpoint("b", "out")}
    )


def test_mlp_program_equals_sequential():
    program = compile_project(mlp(), seed=0)
    twin = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    state = program.modules.state_dict()
    names = ["n1.weight", "n1.bias", "n3.weight", "n3.bias"]
    assert list(state) == names
    twin.load_state_dict(dict(zip(twin.state_dict(), state.values(), strict=True)))
    feeds = digits_feeds()
    phase = program.phases[0]
    loss = phase.total(phase.run(feeds))
    expected = F.cross_entropy(twin(feeds["data.image"]), feeds["data.label"])
    assert torch.equal(loss, expected)
    loss.backward()
    expected.backward()
    for ours, theirs in zip(phase.parameters, twin.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


def test_cnn_program_equals_sequential():
    made = chain(
        ("conv2d", {"out_channels": 4, "padding": None}), "batch_norm2d", "relu",
        "max_pool2d", "flatten", ("dropout", {"p": 0.3}),
        ("linear", {"out_features": 10}),
    )  # fmt: skip
    program = compile_project(made, seed=0)
    twin = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(64, 10),
    )  # fmt: skip
    state = program.modules.state_dict()
    twin.load_state_dict(dict(zip(twin.state_dict(), state.values(), strict=True)))
    feeds, phase = digits_feeds(), program.phases[0]
    torch.manual_seed(9)
    loss = phase.total(phase.run(feeds))
    torch.manual_seed(9)
    assert torch.equal(
        loss, F.cross_entropy(twin(feeds["data.image"]), feeds["data.label"])
    )
    program.modules.eval()
    twin.eval()
    judged = program.evaluation.run(feeds)["loss"]
    expected = F.cross_entropy(twin(feeds["data.image"]), feeds["data.label"])
    assert torch.equal(judged, expected)


def test_evaluation_returns_losses_metrics_and_views():
    made = mlp()
    made.graph.add_node(Node("acc", "accuracy"))
    made.graph.add_node(Node("matrix", "confusion_matrix"))
    for end in ("acc", "matrix"):
        made.graph.connect(graph_edge("n3.out", f"{end}.input"))
        made.graph.connect(graph_edge("data.label", f"{end}.target"))
    evaluation = compile_project(made, seed=0).evaluation
    assert evaluation.losses == ("loss",)
    assert evaluation.metrics == ("acc",)
    assert evaluation.views == ("matrix",)
    feeds = digits_feeds()
    results = evaluation.run(feeds)
    scores, labels = results["acc"]
    assert scores.shape == (5, 10)
    assert labels is feeds["data.label"]
    assert set(results) == {"loss", "acc", "matrix"}


def test_training_leaves_out_what_no_loss_needs():
    made = mlp()
    made.graph.add_node(Node("aside", "linear"))
    made.graph.connect(graph_edge("n2.out", "aside.input"))
    phase = compile_project(made, seed=0).phases[0]
    called = [n.meta["node"] for n in phase.graph_module.graph.nodes if n.meta]
    assert "aside" not in called
    assert "n3" in called
    assert all(p.shape[0] != 64 for p in phase.parameters)


def test_equal_seeds_give_equal_weights_and_other_nodes_do_not_matter():
    first = compile_project(mlp(), seed=7).modules.state_dict()
    again = compile_project(mlp(), seed=7).modules.state_dict()
    other = compile_project(mlp(), seed=8).modules.state_dict()
    longer = mlp()
    longer.graph.add_node(Node("aside", "linear"))
    longer.graph.connect(graph_edge("n0.out", "aside.input"))
    wider = compile_project(longer, seed=7).modules.state_dict()
    for name, value in first.items():
        assert torch.equal(value, again[name])
        assert torch.equal(value, wider[name])
        assert not torch.equal(value, other[name])


def test_compiling_leaves_the_random_state_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    compile_project(mlp(), seed=1)
    assert torch.equal(torch.rand(3), expected)


def test_gan_phases_share_and_move_the_right_weights():
    program = compile_project(gan(), seed=0)
    d, g = program.phases
    names = {id(p): name for name, p in program.modules.named_parameters()}
    moved_d = {names[id(p)] for p in d.parameters}
    moved_g = {names[id(p)] for p in g.parameters}
    assert moved_d == {"d_real.a.weight", "d_real.a.bias"} | {
        "d_real.b.weight", "d_real.b.bias"
    }  # fmt: skip
    assert moved_g == {f"gen.{n}.{w}" for n in "ab" for w in ("weight", "bias")}
    assert set(names.values()) == moved_d | moved_g
    assert d.losses == ("loss_real", "loss_fake")
    assert d.weights == (1.0, 2.0)
    assert g.feed_names == ("z.out",)


def test_gan_phase_differentiates_only_what_it_updates():
    program = compile_project(gan(), seed=0)
    d, g = program.phases
    feeds = {"real.point": torch.randn(6, 2), "z.out": torch.randn(6, 8)}
    for phase, other in ((d, g), (g, d)):
        program.modules.zero_grad()
        phase.enter()
        phase.total(phase.run(feeds)).backward()
        assert all(p.grad is not None for p in phase.parameters)
        assert all(p.grad is None for p in other.parameters)


def test_gan_total_is_the_weighted_sum():
    program = compile_project(gan(), seed=0)
    d = program.phases[0]
    feeds = {"real.point": torch.randn(6, 2), "z.out": torch.randn(6, 8)}
    results = d.run(feeds)
    expected = results["loss_real"] + 2 * results["loss_fake"]
    assert torch.equal(d.total(results), expected)


def test_shared_blocks_call_the_same_modules():
    program = compile_project(gan(), seed=0)
    nodes = {node.path: node for node in program.nodes}
    assert nodes["d_fake.a"].home == "d_real.a"
    graph_module = program.phases[0].graph_module
    calls = [n for n in graph_module.graph.nodes if n.op == "call_module"]
    by_path = {n.meta["node"]: n.target for n in calls}
    assert by_path["d_fake.a"] == by_path["d_real.a"]


def test_repeated_block_chains_independent_weights():
    made = chain("flatten", ("block", {"of": "layer", "repeat": 3}), "identity")
    inner = graph(
        {"fc": ("linear", {"out_features": 64}), "r": "relu"}, "fc.out>r.input"
    )
    made.blocks["layer"] = Block(
        inner, {"input": (Endpoint("fc", "input"),)}, {"out": Endpoint("r", "out")}
    )
    program = compile_project(made, seed=0)
    names = [f"n1.{i}.fc.{w}" for i in range(3) for w in ("weight", "bias")]
    assert list(program.modules.state_dict()) == names
    weights = program.modules.state_dict()
    assert not torch.equal(weights["n1.0.fc.weight"], weights["n1.1.fc.weight"])
    feeds = digits_feeds()
    x = feeds["data.image"].flatten(1)
    for i in range(3):
        x = F.relu(
            F.linear(x, weights[f"n1.{i}.fc.weight"], weights[f"n1.{i}.fc.bias"])
        )
    expected = F.cross_entropy(x, feeds["data.label"])
    assert torch.equal(program.phases[0].run(feeds)["loss"], expected)


def test_nested_blocks_have_dotted_names():
    made = chain("flatten", ("block", {"of": "outer"}))
    inner = graph({"fc": ("linear", {"out_features": 10})})
    ends = ({"input": (Endpoint("fc", "input"),)}, {"out": Endpoint("fc", "out")})
    made.blocks["inner"] = Block(inner, *ends)
    outer = graph({"in1": ("block", {"of": "inner"})})
    ends = ({"input": (Endpoint("in1", "input"),)}, {"out": Endpoint("in1", "out")})
    made.blocks["outer"] = Block(outer, *ends)
    program = compile_project(made, seed=0)
    assert list(program.layer_parameters) == ["n1.in1.fc"]
    assert list(program.modules.state_dict()) == ["n1.in1.fc.weight", "n1.in1.fc.bias"]


def test_frozen_nodes_are_not_moved():
    made = mlp()
    node = made.graph.node("n1")
    made.graph.replace_node(Node(node.id, node.type, node.params, trainable=False))
    program = compile_project(made, seed=0)
    phase = program.phases[0]
    phase.total(phase.run(digits_feeds())).backward()
    assert len(phase.parameters) == 2
    assert all(p.grad is None for p in program.layer_parameters["n1"])


def test_learning_rate_factors_go_with_the_parameters():
    made = mlp()
    node = made.graph.node("n1")
    made.graph.replace_node(Node(node.id, node.type, node.params, lr_factor=0.1))
    assert compile_project(made, seed=0).phases[0].lr_factors == [0.1, 0.1, 1.0, 1.0]


@pytest.mark.parametrize(
    "name", ["train", "lambda", "forward", "type", "class", "half"]
)
def test_any_node_id_can_carry_weights(name):
    made = project(
        {"data": ("data", {"source": "iris"}), name: "linear", "loss": "cross_entropy"},
        f"data.features>{name}.input {name}.out>loss.input data.label>loss.target",
    )
    program = compile_project(made, seed=0)
    assert list(program.modules.state_dict()) == [f"{name}.weight", f"{name}.bias"]
    program.modules.load_state_dict(program.modules.state_dict())
    program.modules.train()
    feeds = {"data.features": torch.rand(3, 4), "data.label": torch.tensor([0, 1, 2])}
    assert program.phases[0].run(feeds)["loss"].shape == ()


def test_compile_of_a_broken_document_names_the_node():
    made = chain(("linear", {"out_features": 10}), "lstm")
    with pytest.raises(ShapeError, match=r"\(n1\)"):
        compile_project(made, seed=0)
    with pytest.raises(EngineError):
        compile_project(Project(), seed=0)


def test_recursive_blocks_end():
    made = chain(("block", {"of": "a"}))
    inner = graph({"again": ("block", {"of": "a"})})
    ends = ({"input": (Endpoint("again", "input"),)}, {"out": Endpoint("again", "out")})
    made.blocks["a"] = Block(inner, *ends)
    assert [node.path for node in Flattener(made).flat()] == ["data", "loss"]


def test_what_torch_keeps_of_a_program_goes_with_it():
    """Else an engine that checks every edit of a day grows without end."""

    def kept():
        texts = [name for name in linecache.cache if name.startswith("<eval_with_key>")]
        return len(torch.fx.graph_module._loader.eval_cache), len(texts)

    gc.collect()
    before = kept()
    program = compile_project(mlp(), seed=0)
    assert kept() > before
    gone = weakref.ref(program.evaluation.graph_module)
    del program
    gc.collect()
    assert gone() is None
    assert kept() == before


def test_what_is_found_out_of_a_layer_goes_again():
    """An output that a layer keeps for its backward pass must not hold itself."""
    layer, given = nn.Tanh(), torch.zeros(3, 4, device="meta", requires_grad=True)
    outputs, held = run_and_see(layer, [given])
    assert held.outputs
    assert outputs[0].grad_fn is not None
    gone = weakref.ref(outputs[0])
    del outputs
    gc.collect()
    assert gone() is None
