"""A run that somebody else made goes on from the command line."""

import json

import pytest
import safetensors.torch
import torch

from engine.cli import main
from engine.graph.files import serialize


def pointed_to(run, place, field):
    """Let a run without a checkpoint of its own start from a place."""
    file = run / "run.json"
    info = json.loads(file.read_text("utf-8"))
    del info["checkpoint"], info["checkpoints"]
    if field == "weights_from":
        info["weights_from"] = str(place)
    else:
        project = serialize.loads(info["document"])
        project.weights = str(place)
        info["document"] = serialize.dumps(project)
    file.write_text(json.dumps({**info, "state": "interrupted"}), "utf-8")


@pytest.mark.parametrize("field", ["weights_from", "document"])
def test_run_that_starts_from_a_place_outside_is_resumed_only_when_allowed(
    field, tmp_path, capsys
):
    run, place = tmp_path / "run", tmp_path / "private.safetensors"
    tensors = {"hidden.weight": torch.full((4, 2), 0.5)}
    safetensors.torch.save_file(tensors, place)
    assert (
        main(["train", "xor", "--steps", "2", "--threads", "1", "--out", str(run)]) == 0
    )
    pointed_to(run, place, field)
    capsys.readouterr()
    resume = ["train", "--resume", "--out", str(run)]
    assert main(resume) == 2
    words = capsys.readouterr().err
    assert str(place) in words
    assert "--allow-paths" in words
    assert main([*resume, "--allow-paths"]) == 0
    assert main(resume) == 0  # it has weights of its own now
