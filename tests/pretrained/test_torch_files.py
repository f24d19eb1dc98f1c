"""PyTorch files read without torch, against `torch.load(weights_only=True)`."""

import io
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.advice.weights.headers import header_of
from engine.errors import TrainingError
from engine.export import Weights, export
from engine.pretrained.torch_files import state
from engine.pretrained.torch_files.machine import Refused
from engine.training.weights import initial_weights, weight_files
from tests.training.projects import mlp

KINDS = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64,
    torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64,
)  # fmt: skip


def ours(path):
    return dict(weight_files.read(str(path)).tensors)


def assert_as_torch_reads(path, inside=lambda found: found):
    found = ours(path)
    told = inside(torch.load(path, weights_only=True))
    header = header_of(path)
    assert list(found) == list(told)
    for name, tensor in told.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor.detach())
        assert header[name].shape == tuple(tensor.shape)
        assert header[name].is_float == tensor.is_floating_point()


@st.composite
def tensors(draw):
    """Return a tensor that is a part of another one, turned, or as it is."""
    kind = draw(st.sampled_from(KINDS))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    whole = (torch.rand(shape) * 9 - 4).to(kind)
    if shape and draw(st.booleans()):
        whole = whole.transpose(0, draw(st.integers(0, len(shape) - 1)))
    if shape and draw(st.booleans()):
        whole = whole[draw(st.integers(0, 2)) :: draw(st.integers(1, 3))]
    return torch.nn.Parameter(whole, False) if draw(st.booleans()) else whole


@settings(max_examples=40, deadline=None)
@given(found=st.lists(tensors(), min_size=1, max_size=5), new=st.booleans())
def test_every_tensor_is_that_of_torch(tmp_path_factory, found, new):
    path = tmp_path_factory.mktemp("state") / "net.pt"
    named = OrderedDict((f"part{n}.w", tensor) for n, tensor in enumerate(found))
    named["again"] = found[0]
    torch.save(named, path, _use_new_zipfile_serialization=new)
    assert_as_torch_reads(path)


@pytest.mark.parametrize("new", [True, False])
def test_state_dicts_of_networks_are_those_of_torch(tmp_path, new):
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.LSTM(8, 4, 2),
        torch.nn.Embedding(9, 4), torch.nn.MultiheadAttention(8, 2),
    )  # fmt: skip
    torch.save(
        net.state_dict(), tmp_path / "net.pth", _use_new_zipfile_serialization=new
    )
    assert_as_torch_reads(tmp_path / "net.pth")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_is_read(tmp_path, protocol):
    told = {"a": torch.arange(3.0), "b": torch.ones(2, 2)}
    torch.save(told, tmp_path / "net.pt", pickle_protocol=protocol)
    found = ours(tmp_path / "net.pt")
    assert all(torch.equal(found[name], told[name]) for name in told)


def trained():
    """Return a checkpoint as people write them, and its state dict."""
    net = torch.nn.Sequential(OrderedDict(hidden=torch.nn.Linear(4, 16)))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 4)).sum().backward()
    optimizer.step()
    return net, {"epoch": 3, "best": 0.5, "args": {"lr": 0.1, "names": ["a"]},
                 "optimizer": optimizer.state_dict()}  # fmt: skip


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda net: {"state_dict": net},
        lambda net: {"model": net},
        lambda net: {"model": {"state_dict": net}},
        lambda net: {"net": {f"module.{name}": w for name, w in net.items()}},
        lambda net: {f"_orig_mod.module.{name}": w for name, w in net.items()},
    ],
)
def test_a_checkpoint_is_looked_into(tmp_path, wrapped):
    net, around = trained()
    made = wrapped(net.state_dict())
    torch.save({**around, **made} if len(made) == 1 else made, tmp_path / "net.pt")
    found = ours(tmp_path / "net.pt")
    assert found.keys() == net.state_dict().keys()
    assert all(torch.equal(found[name], w) for name, w in net.state_dict().items())
    fit = initial_weights.preview(mlp(), str(tmp_path / "net.pt"))
    assert fit.nodes == ("hidden",)


def test_several_networks_are_told_apart_by_what_stands_before(tmp_path):
    told = {"G": {"w": torch.zeros(1)}, "D": {"w": torch.ones(1)}}
    torch.save(told, tmp_path / "gan.pt")
    found = ours(tmp_path / "gan.pt")
    assert {name: w.item() for name, w in found.items()} == {"G.w": 0.0, "D.w": 1.0}


def test_a_block_of_ours_that_is_called_module_keeps_its_name(tmp_path):
    told = {"module.hidden.weight": torch.ones(2)}
    export(Weights(told, {"data_scaling": "none"}), "pt", tmp_path / "ours.pt")
    assert list(state.head(tmp_path / "ours.pt")) == list(told)


def test_one_tensor_is_read_of_a_large_file(tmp_path, monkeypatch):
    torch.save({"a": torch.zeros(1000), "b": torch.ones(7)}, tmp_path / "net.pt")
    sizes = []
    read = state.read
    monkeypatch.setattr(
        state, "read", lambda *words: sizes.append(words[1].num_bytes) or read(*words)
    )
    assert weight_files.read(str(tmp_path / "net.pt")).tensors["b"].sum() == 7
    assert sizes == [28]


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path):
    torch.save({"a": torch.zeros(4)}, tmp_path / "net.pt")
    found = weight_files.read(str(tmp_path / "net.pt")).tensors
    (tmp_path / "net.pt").write_bytes(b"short")
    with pytest.raises(TrainingError, match="changed while it was read"):
        found["a"]


@pytest.mark.parametrize("new", [True, False])
def test_a_file_that_is_cut_anywhere_is_refused(tmp_path, new):
    stream = io.BytesIO()
    net = {"a": torch.arange(40.0), "b": torch.zeros(3, 3)}
    torch.save(net, stream, _use_new_zipfile_serialization=new)
    whole = stream.getvalue()
    for length in range(20, len(whole), max(1, len(whole) // 60)):
        path = Path(tmp_path / f"{length}.pt")
        path.write_bytes(whole[:length])
        with pytest.raises(Refused):
            state.head(path)
