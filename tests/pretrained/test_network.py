"""A model on our canvas against one in plain torch: scores, texts, LoRA."""

import json
from dataclasses import replace

import pytest
import torch

from engine.advice.analysis import Analyser
from engine.advice.checks.memory import Needs
from engine.cli.main import main
from engine.compile.inspection import inspected
from engine.errors import EngineError
from engine.evaluate.trying import Trial
from engine.export import export, of_run
from engine.graph import weights
from engine.graph.files import serialize
from engine.pretrained import blocks
from engine.pretrained.blocks import Plan
from engine.pretrained.model import open_model
from engine.training.loop.trainer import Trainer
from engine.training.parts.assembly import assemble
from engine.training.records import runs
from engine.training.weights import initial_weights
from tests.helpers import llama
from tests.helpers.llama import held_out
from workbench.inspector.training import forecast

TEXT = {"source": "python_help", "samples": 3000}


def made(path, **plan):
    wanted = Plan(**{"data": TEXT, "context": 24, "batch": 4, **plan})
    project = blocks.project(open_model(path), wanted)
    return serialize.loads(serialize.dumps(project))


def assembled(project):
    parts = assemble(project, "cpu", 0)
    initial_weights.start(project, parts.program, None)
    return parts


@pytest.fixture(params=["gguf", "safetensors", "untied", "bin"])
def model(tmp_path, request):
    found = llama.weights(tied=request.param != "untied")
    if request.param == "gguf":
        path = tmp_path / "tiny.gguf"
        return path, llama.write_gguf(path, found, "Q8_0")
    path = llama.write_safetensors(tmp_path, found)
    return (llama.as_torch(path, found) if request.param == "bin" else path), found


def test_scores_equal_a_llama_in_plain_torch(model):
    path, found = model
    for rank in (0, 4):
        parts = assembled(made(path, rank=rank))
        feeds = {n: t[:2] for n, t in next(parts.evaluator.validation()).batch.items()}
        with torch.no_grad():
            results = parts.program.evaluation.run(feeds)
        scores, targets = results["perplexity"]
        tokens = feeds["text.tokens"]
        for row in range(2):
            expected = llama.scores(found, tokens[row].tolist())
            torch.testing.assert_close(scores[row], expected, rtol=1e-3, atol=1e-3)
        assert targets.shape == tokens.shape


def test_greedy_text_equals_the_reference_token_by_token(model):
    path, found = model
    trial = Trial(made(path, rank=0, context=48))
    told = trial.answer({"tokens": "the string", "length": 20, "temperature": 0})
    start = trial.answer({"tokens": "the string", "length": 1})["tokens"]
    tokens, _ = llama.vocabulary()
    prompt = [tokens.index(each) for each in ("the", "Ġ", "st", "r", "ing")]
    expected = llama.greedy(found, prompt, 20)
    got = told["tokens"]
    assert got[: len(expected)] == expected[: len(got)]
    assert len(got) == 20 or got[-1] == 0
    assert start == expected[:1]


def test_sampled_text_follows_its_seed(model):
    path, _ = model
    trial = Trial(made(path, rank=0))
    ask = {"tokens": "the", "length": 12, "temperature": 1.5}
    first, again = trial.answer({**ask, "seed": 1}), trial.answer({**ask, "seed": 1})
    other = trial.answer({**ask, "seed": 2})
    assert first["tokens"] == again["tokens"] != other["tokens"]
    for wrong in ({"temperature": -1}, {"length": -1}, {"length": 10**9}):
        with pytest.raises(EngineError):
            trial.answer({**ask, **wrong})


def test_lora_starts_as_the_model_and_moves_nothing_else(model):
    path, _ = model
    parts = assembled(made(path, rank=3, targets=("query", "narrow")))
    moved = parts.program.phases[0].parameters
    # per layer: query 64→64 and narrow 96→64, r·(in + out) each
    assert sum(p.numel() for p in moved) == 2 * 3 * (64 + 64 + 96 + 64)


@pytest.fixture
def trained(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights(), "F32")
    project = made(path, rank=8, targets=blocks.TARGETS)
    project.training = project.training.with_value("steps", 12)
    run = runs.create(tmp_path / "runs", project)
    trainer = Trainer(project, run=run, monitor=False)
    state = trainer.parts.program.modules.state_dict
    before = {name: tensor.clone() for name, tensor in state().items()}
    first = held_out(assembled(project))
    for _ in trainer.steps():
        pass
    return run.folder, before, {**state()}, first, held_out(trainer.parts)


def test_twelve_lora_steps_lower_the_held_out_loss_and_leave_the_base(trained):
    _, before, after, first, last = trained
    assert last < first - 0.02
    changed = {name for name in after if not torch.equal(before[name], after[name])}
    assert changed
    assert {name.rpartition(".")[2] for name in changed} <= {"down", "up"}
    assert sum(n.endswith(".up") for n in changed) == 2 * len(blocks.TARGETS)


def test_adapters_are_saved_alone_and_load_over_the_model(trained, tmp_path):
    folder, _, after, _, last = trained
    target = tmp_path / "adapter.safetensors"
    done = export(of_run(runs.open_run(folder)), "trained", target)
    names = {name for name in after if name.rpartition(".")[2] in {"down", "up"}}
    assert done.tensors == len(names) == 2 * 2 * len(blocks.TARGETS)
    data = target.read_bytes()
    head = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert head["__metadata__"]["holds"] == "trained weights alone"
    assert set(head) - {"__metadata__"} == names
    assert target.stat().st_size < 0.5 * (tmp_path / "tiny.gguf").stat().st_size
    project = runs.open_run(folder).project
    project.weights = str(target)
    assert held_out(assembled(project)) == pytest.approx(last, abs=1e-5)


def test_forecast_counts_frozen_weights_and_tells_the_size_of_a_checkpoint(trained):
    """A checkpoint of a LoRA run holds the frozen base, too: the forecast says so."""
    run = runs.open_run(trained[0])
    base = sum(t.numel() for t in llama.weights().values())
    moved = sum(
        2
        * node.params["rank"]
        * ((96 if node.id == "narrow" else 64) + node.params["out_features"])
        for node in run.project.blocks[blocks.LAYER].graph.nodes.values()
        if node.type == "lora_linear"
    )
    told = Analyser().analyse(run.project)
    assert (told.parameters, told.trained) == (base + moved, moved)
    assert forecast._parameters(told).startswith(f"{base + moved:,}")
    assert f"{moved:,}" in forecast._parameters(told)
    full = Analyser().analyse(made(trained[0].parents[1] / "tiny.gguf", rank=0))
    assert (full.parameters, full.trained) == (base, base)
    assert forecast._parameters(full) == f"{base:,}"
    found = inspected(run.project)
    needs = Needs(run.project, found.nodes, found.inferred)
    written = trained[0] / "checkpoints" / run.checkpoint.file
    assert needs.checkpoint_bytes == pytest.approx(written.stat().st_size, rel=0.1)
    assert needs.checkpoint_bytes > 4 * base


def test_whole_export_says_where_its_tokens_are(trained, tmp_path):
    folder = trained[0]
    exported = of_run(runs.open_run(folder))
    assert json.loads(exported.metadata["class_names"]) == {"text": {}}
    assert json.loads(exported.metadata["data_split"])["text"]["tokens"] == 269
    export(exported, "safetensors", tmp_path / "all.safetensors")


def test_command_tells_the_model_and_writes_a_project(tmp_path, capsys):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights(), "Q4_1")
    text = tmp_path / "own.txt"
    text.write_text("The string in the tree. " * 60)
    words = [str(path), "--text", str(text), "--targets", "query,key", "--rank", "2"]
    out = tmp_path / "own.bpw"
    words += ["--context", "16", "--json", "--project", str(out)]
    assert main(["pretrained", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"]["layers"] == 2
    assert told["model"]["kinds"].startswith("Q4_1")
    # query 64→64, key 64→32; r·(in + out) each, in both layers
    assert told["trained"] == 2 * 2 * (128 + 96)
    whole = sum(t.numel() for t in llama.weights().values())
    assert told["memory_bytes"] > 4 * whole
    assert told["checkpoint_bytes"] == 4 * (whole + 3 * told["trained"])
    assert main(["check", str(out), "--allow-paths"]) == 0
    assert main(["pretrained", str(path), "--rank", "2", "--targets", "nose"]) == 2
    assert main(["pretrained", str(text)]) == 2


def test_tokens_outside_the_project_are_asked_about_like_weights(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights())
    project = made(path)
    (held,) = weights.outside(project, str(tmp_path / "elsewhere"))
    assert held == str(path)
    assert weights.outside(project, str(tmp_path)) == ()
    project.graph.replace_node(replace(project.graph.node("model"), weights=""))
    assert weights.outside(project, str(tmp_path / "elsewhere")) == (held,)
    safe = weights.without(project, (held,), "")
    assert safe.graph.node("text").params["tokenizer"] == ""


def test_too_small_a_text_is_said(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights())
    with pytest.raises(EngineError, match="too short"):
        assembled(made(path, data={"source": "python_help", "samples": 60}))


def test_another_vocabulary_than_the_project_tells_is_said(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights())
    project = made(path)
    good = project.graph.node("text")
    for name, value in (("num_tokens", 200), ("tokens_sha256", "0" * 64)):
        project.graph.replace_node(good.with_param(name, value))
        with pytest.raises(EngineError, match="others than"):
            assembled(project)


def test_run_that_proves_its_tokens_may_be_asked_without_leave(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights())
    project = made(path)
    assert weights.data_places(project) == (str(path),)
    assert weights.data_places(project, unproven=True) == ()
    node = project.graph.node("text").with_param("tokens_sha256", "")
    project.graph.replace_node(node)
    assert weights.data_places(project, unproven=True) == (str(path),)
