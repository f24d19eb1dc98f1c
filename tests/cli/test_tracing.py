"""`trace`: what is printed of a step, against plain torch."""

import json

import pytest
import torch

import presets
from engine.cli.main import USER_ERROR, main
from engine.compile.program import compile_project
from engine.training.evaluation.feeds import Feeds
from engine.training.machine import rng_state


def traced(capsys, *words):
    assert main(["trace", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def first_step(name):
    """Return a net and its first batch as a training begins with them."""
    project = presets.load(name)
    seed = project.training.number("seed")
    program = compile_project(project, seed=seed)
    feeds = Feeds(
        program, project.training.number("batch_size"), torch.device("cpu"), seed
    )
    rng_state.seed(seed)
    return program, feeds.next()


def test_first_step_of_a_preset_is_that_of_plain_torch(capsys):
    program, batch = first_step("spirals")
    phase = program.phases[0]
    loss = phase.total(phase.run(batch))
    loss.backward()
    told = traced(capsys, "spirals")
    assert told["step"] == 1
    (seen,) = told["phases"]
    assert seen["loss"] == pytest.approx(loss.item(), rel=1e-6)
    weights = {
        f"{node['node']}.{name}": weight
        for node in seen["nodes"]
        for name, weight in node["weights"].items()
    }
    named = dict(program.modules.named_parameters())
    assert weights.keys() == named.keys()
    for name, weight in weights.items():
        gradient = named[name].grad
        assert weight["values"]["norm"] == pytest.approx(named[name].norm().item())
        assert weight["gradient"]["norm"] == pytest.approx(
            gradient.norm().item(), rel=1e-5
        )
        assert weight["gradient"]["mean"] == pytest.approx(
            gradient.mean().item(), rel=1e-3, abs=1e-9
        )


def test_all_numbers_of_a_node_are_written(capsys):
    program, batch = first_step("xor")
    phase = program.phases[0]
    layer = next(path for path, ps in program.layer_parameters.items() if ps)
    told = traced(capsys, "xor", "--node", layer)
    (node,) = told["phases"][0]["nodes"]
    numbers = node["numbers"]
    phase.total(phase.run(batch)).backward()
    weight = program.modules.at(layer).weight
    assert torch.allclose(
        torch.tensor(numbers["weights"]["weight"]["gradient"]), weight.grad
    )
    update = numbers["weights"]["weight"]
    step = sum(torch.tensor(part) for part in update["terms"].values())
    after = torch.tensor(update["before"]) + step
    assert torch.allclose(torch.tensor(update["after"]), after)
    inputs, delta = (torch.tensor(numbers[n][0]) for n in ("inputs", "upstreams"))
    assert torch.allclose(delta.T @ inputs, weight.grad, atol=1e-7)


def test_why_a_weight_moves_adds_up(capsys):
    layer = "hidden"
    told = traced(
        capsys, "xor", "--node", layer, "--weight", "weight[1,0]", "--step", "4"
    )
    why = told["phases"][0]["nodes"][0]["why"]
    assert why["weight"] == "weight[1,0]"
    assert sum(why["samples"]) == pytest.approx(why["gradient"], rel=1e-4)
    assert sum(path["gradient"] for path in why["paths"]) == pytest.approx(
        why["gradient"], rel=1e-4
    )
    assert sum(why["terms"].values()) == pytest.approx(why["step"], rel=1e-6)
    assert why["after"] - why["before"] == pytest.approx(why["step"], rel=1e-6)
    assert main(["trace", "xor", "--node", layer, "--weight", "weight"]) == 0
    words = capsys.readouterr().out
    assert "samples of the batch" in words
    assert f"{layer} → " in words


def test_a_run_is_traced_from_its_weights(capsys, tmp_path):
    run = str(tmp_path / "run")
    words = ["train", "digits-mlp", "--steps", "12", "--threads", "1", "--out", run]
    assert main([*words, "--checkpoint-every", "6"]) == 0
    capsys.readouterr()
    told = traced(capsys, run)
    assert told["step"] == 13
    before = sorted(p.name for p in (tmp_path / "run").rglob("*"))
    earlier = traced(capsys, run, "--step", "7")
    assert earlier["step"] == 7
    assert sorted(p.name for p in (tmp_path / "run").rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["xor", "--node", "hiden"], "Did you mean “hidden”?"),
        (["xor", "--weight", "weight"], "--node PATH"),
        (["xor", "--node", "hidden", "--weight", "wait"], "no such weight"),
        (["xor", "--node", "hidden", "--weight", "weight[9999,0]"], "no such place"),
        (["xor", "--node", "hidden", "--weight", "weight[0]"], "no such place"),
        (["nothing-like-it"], "nothing-like-it"),
        (["xor", "--step", "999999"], "ends before this step"),
        (["xor", "--step", "-1"], "No step has such a number"),
    ],
)
def test_mistakes_are_told(capsys, words, told):
    assert main(["trace", *words]) == USER_ERROR
    assert told in capsys.readouterr().err


def test_a_number_is_written_out(capsys):
    program, batch = first_step("xor")
    program.phases[0].total(program.phases[0].run(batch)).backward()
    named = dict(program.modules.named_parameters())
    told = traced(capsys, "xor", "--node", "hidden", "--cell", "weight[0,1]")
    cell = told["phases"][0]["nodes"][0]["cell"]
    assert cell["value"] == pytest.approx(named["hidden.weight"].grad[0, 1].item())
    assert cell["lines"][-1]["formula"] == "∂L/∂w = Σ δ·x"
    assert not cell["general"]
    assert main(["trace", "xor", "--node", "hidden", "--cell", "output[1,0]"]) == 0
    assert "z = Σ w·x + b" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cell", "output"], "--node PATH"),
        (["--node", "hidden", "--cell", "weigth"], "expected output, weight"),
        (["--node", "hidden", "--cell", "weight[99,0]"], "no such place"),
        (["--node", "hidden", "--cell", "output["], "no such tensor"),
    ],
)
def test_a_number_that_is_not_there_is_refused(capsys, words, message):
    assert main(["trace", "xor", *words]) == USER_ERROR
    assert message in capsys.readouterr().err


def test_what_if_and_slices_are_told(capsys):
    found = traced(capsys, "xor", "--node", "hidden", "--what-if", "weight[0,1]=0.5")
    program, batch = first_step("xor")
    with torch.no_grad():
        dict(program.modules.named_parameters())["hidden.weight"][0, 1] = 0.5
    loss = program.phases[0].total(program.phases[0].run(batch)).item()
    assert found["after"] == pytest.approx(loss, rel=1e-6)
    assert list(found["nodes"]) == ["hidden", "tanh", "output", "loss"]
    rates = traced(capsys, "xor", "--what-if", "rate")
    assert rates["losses"][0] == pytest.approx(found["before"], rel=1e-6)
    for words in (["--node", "hidden", "--slice", "bias[2]"], ["--slice", "all"]):
        assert len(traced(capsys, "xor", *words)["values"]) == 11
        assert main(["trace", "xor", *words]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 12
    assert main(["trace", "xor", "--node", "hidden", "--what-if", "weight"]) == (
        USER_ERROR
    )
    assert "weight[3,7]=0.5" in capsys.readouterr().err


def test_what_if_finds_the_phase_that_moves_the_weight(capsys):
    words = ("gan-2d", "--node", "gen.point", "--what-if", "bias[0]=1")
    found = traced(capsys, *words)
    assert found["phase"] == "generator"
    assert next(iter(found["nodes"])) == "gen.point"
    assert main(["trace", "gan-2d", "--node", "gen.out", *words[3:]]) == USER_ERROR
    assert "gen.point" in capsys.readouterr().err


def test_the_plane_of_a_run_goes_through_its_checkpoints(capsys, tmp_path):
    run = str(tmp_path / "run")
    words = ["--steps", "30", "--checkpoint-every", "10", "--out", run]
    assert main(["train", "xor", *words]) == 0
    capsys.readouterr()
    found = traced(capsys, run, "--slice", "all")
    assert found["directions"] == "path"
    assert len(found["path"]) >= 3
    assert found["path"][-1] == pytest.approx([0, 0], abs=1e-6)
    assert max(abs(place) for pair in found["path"] for place in pair) <= 1 + 1e-6
