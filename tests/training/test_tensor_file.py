import hashlib
import json
import tracemalloc

import pytest
import safetensors
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import files
from engine.training.records import tensor_file

DTYPES = [
    torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64,
    torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64,
    torch.float8_e4m3fn, torch.uint16,
]  # fmt: skip


def made(dtype, shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    count = torch.Size(shape).numel() * dtype.itemsize
    if dtype is torch.bool:
        return torch.rand(shape, generator=generator) > 0.5
    raw = torch.randint(0, 256, (count,), generator=generator, dtype=torch.uint8)
    return raw.view(dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


def same(left, right):
    bits = [t.contiguous().reshape(-1).view(torch.uint8) for t in (left, right)]
    return (
        left.dtype == right.dtype
        and left.shape == right.shape
        and bits[0].equal(bits[1])
    )


def write(path, tensors, metadata):
    with files.atomic_file(path) as file:
        return tensor_file.write(file, tensors, metadata)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=12).filter(
            lambda n: n != "__metadata__" and n.isprintable()
        ),
        st.tuples(st.sampled_from(DTYPES), st.lists(st.integers(0, 5), max_size=4)),
        max_size=6,
    ),
    st.integers(1, 40),
)
def test_the_library_and_we_read_what_we_write(tmp_path_factory, plan, chunk):
    path = tmp_path_factory.mktemp("t") / "file"
    tensors = {name: made(*what, seed=n) for n, (name, what) in enumerate(plan.items())}
    metadata = {"state": '{"ü": 1}'}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensor_file, "CHUNK_BYTES", chunk)
        digest = write(path, tensors, metadata)
        ours = tensor_file.read(path)
        with path.open("rb") as file:
            assert tensor_file.first_difference(file, tensors) is None
    data = path.read_bytes()
    assert digest == ours.sha256 == hashlib.sha256(data).hexdigest()
    with safetensors.safe_open(path, "pt") as file:
        assert file.metadata() == metadata == ours.metadata
    for read in (safetensors.torch.load_file(path), ours.tensors):
        assert read.keys() == tensors.keys()
        assert all(same(read[name], tensor) for name, tensor in tensors.items())


@pytest.mark.parametrize(
    "tensor",
    [
        torch.rand(4, 3, 5, 5).contiguous(memory_format=torch.channels_last),
        torch.rand(6, 8).t(),
        torch.rand(10)[::3],
        torch.rand(1, 4).expand(3, 4),
        torch.rand(3, requires_grad=True),
    ],
)
def test_any_layout_is_written_in_rows(tmp_path, tensor, monkeypatch):
    monkeypatch.setattr(tensor_file, "CHUNK_BYTES", 64)
    write(tmp_path / "w", {"w": tensor}, {})
    read = safetensors.torch.load_file(tmp_path / "w")["w"]
    assert torch.equal(read, tensor.detach())


def test_files_of_the_library_are_read(tmp_path):
    tensors = {"b": made(torch.float32, (3, 4)), "a": made(torch.int8, (5,))}
    safetensors.torch.save_file(tensors, tmp_path / "w", {"one": "1", "two": "2"})
    found = tensor_file.read(tmp_path / "w")
    assert found.metadata == {"one": "1", "two": "2"}
    assert all(same(found.tensors[name], tensors[name]) for name in tensors)


def test_every_cut_and_many_a_wrong_header_is_refused(tmp_path):
    path = tmp_path / "w"
    write(path, {"a": torch.rand(3), "b": torch.rand(2, 2)}, {"state": "{}"})
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="file"):
            tensor_file.read(path)
    row = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    for table in (
        [], 3, {"a": None}, {"a": {**row, "dtype": "F99"}}, {"a": {**row, "dtype": []}},
        {"a": {**row, "shape": [-1]}}, {"a": {**row, "shape": [True]}},
        {"a": {**row, "shape": [10**30]}}, {"a": {**row, "shape": "1"}},
        {"a": {**row, "data_offsets": [0]}}, {"a": {**row, "data_offsets": [1, 5]}},
        {"a": row, "b": row}, {"a": row, "__metadata__": 5}, {},
    ):  # fmt: skip
        text = json.dumps(table).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))
        with pytest.raises(ValueError, match="file"):
            tensor_file.read(path)
    deep = b"[" * 200_000
    path.write_bytes(len(deep).to_bytes(8, "little") + deep)
    with pytest.raises(ValueError, match="file"):
        tensor_file.read(path)


def test_a_difference_of_one_bit_or_name_is_found(tmp_path):
    tensors = {"a": torch.rand(3), "b": torch.rand(5)}
    write(tmp_path / "w", tensors, {})
    with (tmp_path / "w").open("rb") as file:
        other = {**tensors, "b": tensors["b"].clone()}
        other["b"].view(torch.int32)[3] ^= 1
        assert tensor_file.first_difference(file, other) == "b"
        assert tensor_file.first_difference(file, {"a": tensors["a"]}) == "b"
        assert tensor_file.first_difference(file, {**tensors, "c": tensors["a"]}) == "c"


def test_writing_and_reading_take_no_memory_beside_the_tensors(tmp_path):
    tensors = {"w": torch.zeros(8_000_000)}
    tracemalloc.start()
    write(tmp_path / "w", tensors, {})
    tensor_file.read(tmp_path / "w")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20  # what Python itself holds; the tensors are torch's


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_full_disk_is_an_os_error_and_leaves_nothing(tmp_path, monkeypatch, fails_at):
    path = tmp_path / "w"
    path.write_bytes(b"old")

    class Full:
        def __init__(self, file):
            self.file, self.calls = file, 0

        def write(self, data):
            if self.calls == fails_at:
                raise OSError(28, "No space left on device")
            self.calls += 1
            return self.file.write(data)

    with pytest.raises(OSError, match="No space left"), files.atomic_file(path) as file:
        tensor_file.write(Full(file), {"a": torch.rand(3), "b": torch.rand(2)}, {})
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
