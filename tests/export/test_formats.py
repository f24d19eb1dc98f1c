import io
import json
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path

import pytest
import safetensors
import safetensors.torch
import torch
from torch import nn

from engine import files
from engine.errors import ExportError, TrainingError
from engine.export import FORMATS, Weights, export, of_run
from engine.export import formats as export_formats
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.training.loop.launch import launch
from engine.training.records import runs
from presets import load

NAN = torch.tensor([0x7FC00001, 0x7F800000], dtype=torch.int32).view(torch.float32)


def odd_weights() -> Weights:
    """Everything that is easily lost: NaN's bits, -0, strides, sharing, dtypes."""
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    return Weights(
        {
            "a.weight": base.permute(2, 0, 1),
            "a.twin": base,
            "b.weight": torch.tensor([-0.0, 5e-324], dtype=torch.float64),
            "b.nan": NAN,
            "c.half": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
            "c.scalar": torch.tensor(7),
            "c.empty": torch.zeros(0, 3),
            "d.mask": torch.tensor([True, False]),
            "e.last": torch.rand(2, 3, 4, 5).contiguous(
                memory_format=torch.channels_last
            ),
        },
        {"project": "Ünï"},
        step=5,
    )


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def plain_load(format_id: str, path: Path) -> dict:
    if format_id in {"safetensors", "trained"}:
        return safetensors.torch.load_file(path)
    return torch.load(path, weights_only=True)


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_bit_comes_back_in_plain_libraries(format_id, tmp_path):
    weights, path = odd_weights(), tmp_path / "weights"
    exported = export(weights, format_id, path)
    read = plain_load(format_id, path)
    assert read.keys() == weights.tensors.keys()
    for name, tensor in weights.tensors.items():
        assert (read[name].dtype, read[name].shape) == (tensor.dtype, tensor.shape)
        assert bits(read[name]) == bits(tensor)
    assert (exported.tensors, exported.step) == (9, 5)
    assert exported.bytes == path.stat().st_size


def test_safetensors_keep_words_about_the_origin(tmp_path):
    export(odd_weights(), "safetensors", tmp_path / "w")
    with safetensors.safe_open(tmp_path / "w", "pt") as file:
        assert file.metadata() == {"project": "Ünï"}


def test_pt_is_a_plain_state_dict(tmp_path):
    export(odd_weights(), "pt", tmp_path / "w.pt")
    state = torch.load(tmp_path / "w.pt", weights_only=True)
    assert type(state) is OrderedDict
    assert all(type(tensor) is torch.Tensor for tensor in state.values())


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> runs.Run:
    project = load("digits-mlp")
    project.training = project.training.with_value("steps", 5).with_value("threads", 1)
    trainer, run = launch(tmp_path_factory.mktemp("runs"), project)
    for _ in trainer.steps():
        pass
    return run


class Twin(nn.Module):
    """The preset's network as people would write it."""

    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(64, 256)
        self.linear2 = nn.Linear(256, 64)
        self.scores = nn.Linear(64, 10)


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_trained_network_loads_into_plain_modules(format_id, trained, tmp_path):
    exported = export(of_run(trained), format_id, tmp_path / "w")
    twin = Twin()
    before = twin.scores.weight.detach().clone()
    twin.load_state_dict(plain_load(format_id, tmp_path / "w"), strict=True)
    assert not torch.equal(before, twin.scores.weight)
    assert exported.step == 5


def test_the_scaling_of_the_data_is_written_down(trained):
    scaling = json.loads(of_run(trained).metadata["data_scaling"])
    assert scaling["data"]["image"]["scale"] == 16.0


def test_a_run_without_weights_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="no checkpoint"):
        of_run(runs.create(tmp_path, Project()))


def test_an_unknown_format_is_refused_with_a_suggestion(tmp_path):
    with pytest.raises(ExportError, match="Did you mean “safetensors”"):
        export(odd_weights(), "safetensor", tmp_path / "w")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ExportError, match="can't be written"):
        export(odd_weights(), "pt", tmp_path / "no" / "w")


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_full_disk_leaves_the_old_file(format_id, tmp_path, monkeypatch):
    path = tmp_path / "w"
    path.write_bytes(b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        export(odd_weights(), format_id, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("room", [0, 100, 600])
@pytest.mark.parametrize("format_id", FORMATS)
def test_a_disk_that_fills_up_is_told_and_leaves_nothing(
    format_id, room, tmp_path, monkeypatch
):
    class Small(io.FileIO):
        def write(self, data):
            if self.tell() + len(data) > room:
                raise OSError(28, "No space left on device")
            return super().write(data)

    @contextmanager
    def small(path):
        with Small(path, "w+") as file:
            yield file

    monkeypatch.setattr(export_formats, "atomic_file", small)
    with pytest.raises(ExportError, match="No space left"):
        export(odd_weights(), format_id, tmp_path / "w")


@pytest.mark.parametrize("format_id", FORMATS)
def test_what_reads_back_different_is_not_exported(format_id, tmp_path, monkeypatch):
    path = tmp_path / "w"
    path.write_bytes(b"old")

    class Flipping(io.FileIO):
        def flush(self):
            self.seek(0)
            data = self.readall()
            where = data.rfind(bits(odd_weights().tensors["a.twin"]))
            if where >= 0:  # the first time
                self.seek(where + 9)
                self.write(b"\x01")

    @contextmanager
    def flipped(_path):
        with Flipping(tmp_path / "on disk", "w+") as file:
            yield file

    monkeypatch.setattr(export_formats, "atomic_file", flipped)
    with pytest.raises(ExportError):
        export(odd_weights(), format_id, path)
    assert path.read_bytes() == b"old"


def test_a_document_that_can_not_be_trained_leaves_no_folder(tmp_path):
    project = serialize.loads(serialize.dumps(load("xor")))
    project.training = project.training.with_value("device", "cuda:77")
    with pytest.raises(Exception, match="cuda:77"):
        launch(tmp_path / "runs", project, name="one")
    assert list((tmp_path / "runs").iterdir()) == []
