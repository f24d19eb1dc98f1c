import pytest
import torch

from engine.errors import ConfigError
from engine.training import devices


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
