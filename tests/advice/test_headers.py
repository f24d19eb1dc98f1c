"""Headers of weights, against files that safetensors itself writes."""

import json
import os

import pytest
import safetensors.torch
import torch

from engine.advice.weights import headers
from engine.advice.weights.headers import Entry, header_of
from engine.graph.model import Project
from engine.training.records import runs

TENSORS = {
    "fc.weight": torch.zeros(3, 5),
    "fc.count": torch.zeros((), dtype=torch.int64),
    "half": torch.zeros(2, dtype=torch.bfloat16),
}
EXPECTED = {
    "fc.weight": Entry((3, 5), True, "F32"),
    "fc.count": Entry((), False, "I64"),
    "half": Entry((2,), True, "BF16"),
}


def test_names_shapes_and_kinds_are_those_that_were_written(tmp_path):
    file = tmp_path / "net.safetensors"
    safetensors.torch.save_file(TENSORS, file, {"format": "pt"})
    assert header_of(file) == EXPECTED


def test_a_file_that_was_written_anew_is_read_anew(tmp_path):
    file = tmp_path / "net.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(4)}, file)
    assert header_of(file) == {"a": Entry((4,), True, "F32")}
    safetensors.torch.save_file({"a": torch.zeros(2, 2)}, file)
    os.utime(file, ns=(1, 1))
    assert header_of(file) == {"a": Entry((2, 2), True, "F32")}


def test_an_unchanged_file_is_read_once(tmp_path, monkeypatch):
    file = tmp_path / "net.safetensors"
    safetensors.torch.save_file(TENSORS, file)
    header_of(file)
    monkeypatch.setattr(headers.json, "loads", lambda _text: pytest.fail("read again"))
    assert header_of(file) == EXPECTED


def test_a_run_tells_the_weights_of_its_checkpoint(tmp_path):
    run = runs.create(tmp_path, Project())
    assert header_of(run.folder) is None
    tensors = {
        "model/fc.weight": torch.zeros(3, 5),
        "optimizer/0": torch.zeros(9),
        "average/fc.weight": torch.zeros(3, 5),
    }
    run.save_checkpoint(tensors, {"step": 7})
    assert header_of(run.folder) == {"fc.weight": Entry((3, 5), True, "F32")}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04" + b"x" * 100,
        b"\xff" * 8 + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (6).to_bytes(8, "little") + b"[" * 6,
        (40).to_bytes(8, "little") + b"{}",
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
    ],
)
def test_of_other_files_nothing_is_known(tmp_path, content):
    file = tmp_path / "net.bin"
    file.write_bytes(content)
    assert header_of(file) is None


@pytest.mark.parametrize(
    "value",
    [
        {"dtype": "F32", "shape": [-1]},
        {"dtype": "F32", "shape": [1.5]},
        {"dtype": "F32", "shape": [True]},
        {"dtype": 3, "shape": [1]},
        {"dtype": "F32"},
        [],
    ],
)
def test_entries_that_are_none_are_passed_over(tmp_path, value):
    text = json.dumps({"a": {"dtype": "F16", "shape": [2]}, "b": value}).encode()
    file = tmp_path / "net.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text)
    assert header_of(file) == {"a": Entry((2,), True, "F16")}


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert header_of(tmp_path / "pipe") is None
    assert header_of(tmp_path / "nowhere") is None
    assert header_of(tmp_path) is None
