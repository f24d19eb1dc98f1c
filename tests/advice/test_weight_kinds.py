"""What is told of files of weights at the check, before any of them is loaded."""

from pathlib import PurePosixPath

import pytest
import safetensors.torch
import torch

from engine.advice.analysis import Analyser
from engine.advice.weights import kinds
from engine.errors import EngineError, ExportError, TrainingError
from engine.export import Weights, export
from engine.graph.model import Node
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from engine.training.weights import initial_weights, weight_files
from tests.faults._hostile_weights import WEIGHTS
from tests.training.projects import mlp

SOUND = {
    "NaN",
    "control name",
    "NaN in a zip",
    "39,000 tensors",
    "nested",
    "old: sound",
}
KINDS = ("int8", "bool", "complex64", "float16")
MISFITS = {f"{kind} as {ending}" for kind in KINDS for ending in ("pt", "safetensors")}
TOLD_BY_READING = {
    "offsets outside", "offsets below", "huge shape", "huge number", "overlap",
    "unknown kind", "endless", "old: endless", "a deep object", "no tensors",
    "only words", "a number", "a list", "nested", "numbers as names", "no storage",
    "an endless pickle", "a way out", "overlapping parts", "a deep header",
}  # fmt: skip
"""Of these the first bytes look sound."""


def starting(path) -> object:
    project = mlp()
    node = project.graph.nodes["hidden"]
    project.graph.replace_node(Node(**{**vars(node), "weights": f"{path}#a"}))
    return project


@pytest.mark.parametrize("name", sorted(WEIGHTS.keys() - SOUND - MISFITS))
def test_what_holds_no_weights_is_told_at_the_check_or_by_reading(tmp_path, name):
    path = WEIGHTS[name](tmp_path)
    with pytest.raises(EngineError):
        weight_files.read(str(path))
    problems = Analyser().analyse(starting(path), folder="").problems
    if name not in TOLD_BY_READING:
        assert [each.node for each in problems] == ["hidden"]


def test_sound_files_and_runs_have_no_complaint(tmp_path):
    state = {"a.weight": torch.zeros(2), "a.bias": torch.zeros((), dtype=torch.int64)}
    safetensors.torch.save_file(state, tmp_path / "a.safetensors")
    torch.save(torch.nn.BatchNorm1d(3).state_dict(), tmp_path / "a.pt")
    run = runs.create(tmp_path, mlp(), name="run")
    assert kinds.complaint(run.folder) == "a run without weights"
    run.save_checkpoint({"model/w": torch.zeros(1)}, {"step": 1})
    for name in ("a.safetensors", "a.pt", "run"):
        assert kinds.complaint(tmp_path / name) == ""
        assert weight_files.read(str(tmp_path / name)).tensors


@pytest.mark.parametrize("kind", [torch.int8, torch.bool, torch.complex64])
@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_other_kinds_of_numbers_are_named(tmp_path, kind, ending):
    path = tmp_path / f"net.{ending}"
    state = {
        "hidden.weight": torch.zeros(16, 4).to(kind),
        "hidden.bias": torch.zeros(16).to(kind),
    }
    if ending == "pt":
        torch.save(state, path)
    else:
        safetensors.torch.save_file(state, path)
    project = mlp()
    node = project.graph.nodes["hidden"]
    asking = {**vars(node), "weights": f"{path}#hidden"}
    project.graph.replace_node(Node(**asking))
    name = str(kind).removeprefix("torch.")
    with pytest.raises(TrainingError, match=rf"got 16×4 \({name}\)"):
        Trainer(project)


def test_nan_in_a_file_is_named(tmp_path):
    state = {"hidden.weight": torch.zeros(16, 4), "hidden.bias": torch.zeros(16)}
    state["hidden.bias"][3] = float("nan")
    safetensors.torch.save_file(state, tmp_path / "net.safetensors")
    project = mlp()
    project.weights = str(tmp_path / "net.safetensors")
    with pytest.raises(TrainingError, match=r"“hidden\.bias” holds NaN.*1 of 16"):
        Trainer(project)
    assert initial_weights.preview(mlp(), project.weights).nodes == ("hidden",)


def test_nothing_is_not_exported(tmp_path):
    with pytest.raises(ExportError, match="no weights to export"):
        export(Weights({}), "safetensors", tmp_path / "x.safetensors")
    assert list(tmp_path.iterdir()) == []


ODD = {
    "uint16": ({"a": torch.zeros(2, dtype=torch.uint16)}, "such as uint16 or float8"),
    "expanded": ({"a": torch.zeros(1).expand(4)}, "“a” repeats its numbers"),
    "sparse": ({"a": torch.eye(3).to_sparse()}, "sparse tensors"),
    "meta": ({"a": torch.zeros(3, device="meta")}, "without numbers"),
    "no tensors": ({"epoch": 3, "name": "net"}, "no tensors"),
    "an object": ({"a": torch.zeros(2), "when": PurePosixPath("x")}, "pathlib"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_state_dict_of_other_things_is_refused_in_words_of_what_it_is(tmp_path, name):
    state, words = ODD[name]
    torch.save(state, tmp_path / "a.pt")
    with pytest.raises(TrainingError, match="can't be read") as error:
        weight_files.read(str(tmp_path / "a.pt"))
    assert words in str(error.value)
    assert "_rebuild" not in str(error.value)


def test_a_part_of_a_tensor_is_read(tmp_path):
    whole = torch.arange(6.0).view(2, 3)
    torch.save({"a": whole[:, :2]}, tmp_path / "a.pt")
    (found,) = weight_files.read(str(tmp_path / "a.pt")).tensors.values()
    assert found.tolist() == [[0.0, 1.0], [3.0, 4.0]]
