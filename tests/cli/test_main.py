import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch

from engine.cli import main
from engine.graph.edits import Disconnect
from engine.graph.files import serialize
from engine.graph.model import Edge
from engine.protocol.wire.transport import start
from presets import all_presets, load


def last_json(capsys) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture
def broken(tmp_path) -> Path:
    project = load("xor")
    Disconnect(Edge.parse("data.target", "loss.target")).apply(project)
    serialize.save(project, tmp_path / "broken.bpw")
    return tmp_path / "broken.bpw"


def test_presets_are_listed_without_torch():
    code = "import sys; from engine.cli import main; main(['presets']);"
    code += "assert 'torch' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        info.id for info in all_presets()
    ]


def test_presets_as_json_carry_their_targets(capsys):
    assert main(["presets", "--json"]) == 0
    first = last_json(capsys)["presets"][0]
    assert first["id"] == "mnist-cnn"
    assert first["target"]["value"] == 0.965


def test_check_tells_shapes_and_parameters(capsys):
    assert main(["check", "xor"]) == 0
    out = capsys.readouterr().out
    assert "N×4" in out
    assert "17 parameters" in out


def test_check_of_a_broken_graph_names_the_node_and_exits_with_1(broken, capsys):
    assert main(["check", str(broken)]) == 1
    assert "error: MSE (loss): " in capsys.readouterr().out
    assert main(["check", str(broken), "--json"]) == 1
    answer = last_json(capsys)
    assert answer["ok"] is False
    assert answer["problems"][0]["node"] == "loss"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "xoor"], "Did you mean “xor”"),
        (["check", "nothing.bpw"], "nothing.bpw"),
        (["train"], "Nothing to train"),
        (["train", "xor", "--steps", "-4"], "Steps"),
        (["train", "xor", "--device", "cuda:9"], "cuda:9"),
        (["train", "xor", "--set", "lr=fast"], "Learning rate"),
        (["train", "--resume"], "--out RUN"),
        (["train", "--resume", "--out", "nowhere"], "no run"),
        (["train", "xor", "--from-step", "3"], "--resume --out RUN"),
        (["train", "xor", "--more", "3"], "--resume --out RUN"),
        (["export", "nowhere", "--format", "pt", "--out", "x"], "no run"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(
    arguments, words, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_ctrl_c_before_the_training_begins_is_one_line_and_130(capsys, monkeypatch):
    def interrupted(_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.cli.commands.check", interrupted)
    assert main(["check", "xor"]) == 130
    assert capsys.readouterr().err == "Interrupted\n"


def test_wrong_arguments_exit_with_2(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["trian"])
    assert capsys.readouterr().err.count("\n") == 1


def test_a_training_ends_with_its_numbers_a_run_and_weights(capsys, tmp_path):
    out = tmp_path / "runs" / "mine"
    arguments = ["train", "digits-mlp", "--steps", "30", "--threads", "1", "--json"]
    assert main([*arguments, "--seed", "4", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert captured.err == ""
    assert result["steps"] == 30
    assert result["run"] == str(out)
    assert result["seed"] == 4
    assert (result["device"], result["threads"]) == ("cpu", 1)
    assert result["parameters"] == 64 * 256 + 256 + 256 * 64 + 64 + 64 * 10 + 10
    assert set(result["validation"]) >= {"loss", "accuracy"}
    assert 0 < result["train_loss"] < 3
    assert result["seconds"] > 0
    assert 0 <= result["overhead"] < 1
    target = tmp_path / "weights.pt"
    assert main(["export", str(out), "--format", "pt", "--out", str(target)]) == 0
    assert torch.load(target, weights_only=True)["scores.weight"].shape == (10, 64)
    assert main([*arguments, "--out", str(out)]) == 2
    assert "already is a run" in capsys.readouterr().err


def test_export_writes_the_averaged_weights_unless_raw_ones_are_wanted(tmp_path):
    out, target = tmp_path / "run", tmp_path / "weights.pt"
    arguments = ["train", "xor", "--steps", "9", "--threads", "1", "--out", str(out)]
    assert main([*arguments, "--set", "ema=0.9"]) == 0
    export, found = ["export", str(out), "--format", "pt", "--out", str(target)], []
    for words in ([], ["--raw"]):
        assert main([*export, *words]) == 0
        found.append(torch.load(target, weights_only=True)["hidden.weight"])
    held = safetensors.torch.load_file(max(out.glob("checkpoints/*")))
    assert torch.equal(found[0], held["average/hidden.weight"])
    assert torch.equal(found[1], held["model/hidden.weight"])
    assert not torch.equal(*found)


def test_runs_go_to_the_current_folder_and_lines_tell_how_it_goes(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "xor", "--set", "epochs=3", "--threads", "1"]) == 0
    captured = capsys.readouterr()
    (run,) = (tmp_path / "runs").iterdir()
    assert str(Path("runs") / run.name) in captured.out
    assert "val loss" in captured.err


def test_a_loss_that_is_no_number_is_an_error(capsys, tmp_path):
    arguments = ["train", "sine", "--set", "optimizer=sgd", "--set", "lr=10"]
    assert main([*arguments, "--out", str(tmp_path / "run"), "--threads", "1"]) == 2
    assert "no finite number" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_stops_with_a_checkpoint_and_says_how_to_go_on(tmp_path, capsys):
    run = tmp_path / "run"
    arguments = ["train", "digits-mlp", "--steps", "1000000", "--threads", "1"]
    arguments += ["--checkpoint-every", "5", "--out", str(run)]
    process = start(["-m", "engine", *arguments])
    deadline = time.monotonic() + 60
    while not list(run.glob("checkpoints/*.safetensors")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"--resume --out {run}" in errors.decode().splitlines()[-1]
    info = json.loads((run / "run.json").read_text("utf-8"))
    assert info["state"] == "stopped"
    assert f"step {info['checkpoint']['step']}." in errors.decode().splitlines()[-1]


def test_damaged_checkpoint_is_named_and_an_earlier_one_goes_on(capsys, tmp_path):
    run = tmp_path / "run"
    arguments = ["train", "digits-mlp", "--steps", "30", "--threads", "1", "--json"]
    every = ["--checkpoint-every", "10"]
    assert main([*arguments, *every, "--out", str(run)]) == 0
    info = json.loads((run / "run.json").read_text("utf-8"))
    newest, before, *_ = info["checkpoints"]
    (run / "checkpoints" / newest["file"]).write_bytes(b"other bytes")
    file = str(tmp_path / "w.safetensors")
    export = ["export", str(run), "--format", "safetensors", "--out", file]
    for command in (["train", "--resume", "--out", str(run)], export):
        capsys.readouterr()
        assert main(command) == 2
        words = capsys.readouterr().err
        assert newest["file"] in words
        assert f"--from-step {before['step']}" in words
        assert words.count("\n") == 1
    step = ["--from-step", str(before["step"])]
    assert main([*export, *step]) == 0
    assert main(["train", "--resume", "--out", str(run), *step]) == 0
    assert main(export) == 0


def test_a_run_that_has_ended_is_trained_longer(tmp_path, capsys):
    run = tmp_path / "run"
    assert (
        main(["train", "xor", "--steps", "20", "--threads", "1", "--out", str(run)])
        == 0
    )
    assert main(["train", "--resume", "--more", "12", "--out", str(run)]) == 0
    info = json.loads((run / "run.json").read_text("utf-8"))
    assert (info["state"], info["checkpoint"]["step"]) == ("finished", 32)
    capsys.readouterr()


@pytest.fixture
def stranger(tmp_path) -> Path:
    """Return a project that wants to start from a file outside its folder."""
    project = load("xor")
    project.weights = "../private.safetensors"
    folder = tmp_path / "project"
    folder.mkdir()
    tensors = {"hidden.weight": torch.full((4, 2), 0.5)}
    safetensors.torch.save_file(tensors, tmp_path / "private.safetensors")
    serialize.save(project, folder / "stranger.bpw")
    return folder / "stranger.bpw"


def test_weights_outside_the_folder_are_read_only_when_allowed(
    stranger, capsys, tmp_path
):
    place = str(tmp_path / "private.safetensors")
    assert main(["check", str(stranger)]) == 1
    out = capsys.readouterr().out
    assert place in out
    assert "--allow-paths" in out
    run = ["--out", str(tmp_path / "run"), "--steps", "2", "--threads", "1"]
    assert main(["train", str(stranger), *run]) == 2
    words = capsys.readouterr().err
    assert place in words
    assert "--allow-paths" in words
    assert not (tmp_path / "run").exists()
    assert main(["check", str(stranger), "--allow-paths"]) == 0
    assert main(["train", str(stranger), "--allow-paths", *run]) == 0
