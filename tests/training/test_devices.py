import pytest
import torch

from engine.errors import ConfigError, TrainingError
from engine.training.loop.launch import launch
from engine.training.machine import devices
from engine.training.parts import assembly
from tests.training.projects import mlp


def test_processor_is_first_with_name_and_memory():
    first = devices.available()[0]
    assert first.id == "cpu"
    assert str(devices.cores()) in first.name
    assert 0 <= first.free_bytes <= first.total_bytes


def test_resolve_knows_auto_and_names():
    assert devices.resolve("cpu") == torch.device("cpu")
    known = [device.id for device in devices.available()]
    assert str(devices.resolve("auto")) in known


def test_unknown_device_is_refused_with_what_there_is():
    with pytest.raises(ConfigError, match=r"cuda:77.*expected auto, cpu"):
        devices.resolve("cuda:77")


def test_device_that_is_full_is_said_and_leaves_no_run(tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(assembly, "Feeds", full)
    with pytest.raises(TrainingError, match="cpu: There is not enough free memory"):
        launch(tmp_path, mlp())
    assert not list(tmp_path.iterdir())
