"""Bad files are refused in one sentence, soon, and in little memory."""

import json
import os
import resource
import struct
import time

import pytest

from engine.errors import DataError, EngineError
from engine.pretrained import vocabulary
from engine.pretrained.model import open_model
from engine.training.weights import weight_files
from tests.helpers import llama

HEAD = 24
"""Bytes in front of the first setting."""


_MADE: dict[tuple[object, ...], bytes] = {}


def whole(folder, **more):
    """Return the bytes of a good file, or one with other settings."""
    key = tuple(more.items())
    if key not in _MADE:
        path = folder / "good.gguf"
        llama.write_gguf(path, llama.weights(), "Q8_0", **more)
        _MADE[key] = path.read_bytes()
    return bytearray(_MADE[key])


def patched(data, at, form, *values):
    struct.pack_into(form, data, at, *values)
    return data


def after(data, name):
    """Return the place behind a text in the head."""
    return data.index(struct.pack("<Q", len(name)) + name) + 8 + len(name)


def tensor(data, name):
    """Return the place of the first size of a tensor of two axes."""
    return after(data, name) + 4


BAD = {
    "empty": lambda f: b"",
    "another format": lambda f: b"\x89PNG" + bytes(whole(f)),
    "version 1": lambda f: patched(whole(f), 4, "<I", 1),
    "big-endian": lambda f: patched(whole(f), 4, ">I", 3),
    "cut in the head": lambda f: whole(f)[:900],
    "cut in the numbers": lambda f: whole(f)[:-40],
    "a thousand million tensors": lambda f: patched(whole(f), 8, "<Q", 10**9),
    "settings without end": lambda f: patched(whole(f), 16, "<Q", 2**60),
    "a text of exabytes": lambda f: patched(whole(f), HEAD, "<Q", 2**62),
    "a list of exabytes": lambda f: patched(
        (d := whole(f)), after(d, b"tokenizer.ggml.tokens") + 8, "<Q", 2**61),
    "a list of lists": lambda f: patched(
        (d := whole(f)), after(d, b"tokenizer.ggml.tokens") + 4, "<I", 9),
    "a setting of no type": lambda f: patched(
        (d := whole(f)), after(d, b"llama.block_count"), "<I", 77),
    "alignment 3": lambda f: whole(f, **{"general.alignment": 3}),
    "alignment 0": lambda f: whole(f, **{"general.alignment": 0}),
    "nine axes": lambda f: patched(
        (d := whole(f)), after(d, b"token_embd.weight"), "<I", 9),
    "huge sizes": lambda f: patched(
        (d := whole(f)), tensor(d, b"token_embd.weight"), "<QQ", 2**62, 2**62),
    "a size of zero": lambda f: patched(
        (d := whole(f)), tensor(d, b"token_embd.weight"), "<Q", 0),
    "half a block": lambda f: patched(
        (d := whole(f)), tensor(d, b"token_embd.weight"), "<Q", 33),
    "beyond the end": lambda f: patched(
        (d := whole(f)), tensor(d, b"token_embd.weight") + 20, "<Q", 2**40),
    "offsets that overlap": lambda f: patched(
        (d := whole(f)), tensor(d, b"blk.0.attn_q.weight") + 20, "<Q", 0),
    "an odd offset": lambda f: patched(
        (d := whole(f)), tensor(d, b"blk.0.attn_q.weight") + 20, "<Q", 7),
    "a kind we don't read": lambda f: patched(
        (d := whole(f)), tensor(d, b"token_embd.weight") + 16, "<I", 12),
    "another family": lambda f: whole(f, **{"general.architecture": "mamba"}),
    "no family": lambda f: whole(f, **{"general.architecture": None}),
    "no layers told": lambda f: whole(f, **{"llama.block_count": None}),
    "more layers than there are": lambda f: whole(f, **{"llama.block_count": 3}),
    "heads that don't divide": lambda f: whole(
        f, **{"llama.attention.head_count_kv": 3}),
    "sizes that are words": lambda f: whole(f, **{"llama.embedding_length": "many"}),
    "stretched positions": lambda f: whole(f, **{"llama.rope.scaling.type": "yarn"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_a_sentence(tmp_path, name):
    path = tmp_path / "bad.gguf"
    path.write_bytes(bytes(BAD[name](tmp_path)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    with pytest.raises(DataError) as caught:
        open_model(path)
    assert time.process_time() - begun < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    text = str(caught.value)
    assert "bad.gguf" in text
    assert "Error" not in text
    assert "\n" not in text
    with pytest.raises(EngineError):
        weight_files.read(str(path))


def test_every_byte_of_the_head_may_be_wrong(tmp_path):
    data = whole(tmp_path)
    path = tmp_path / "bad.gguf"
    for at in range(0, 3000, 61):
        for value in (0, 127, 255):
            changed = bytearray(data)
            changed[at] = value
            path.write_bytes(bytes(changed))
            try:
                open_model(path).tensor("norm.weight")
                vocabulary.of(path)
            except EngineError:
                pass


def test_pipes_devices_and_folders_are_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    empty = tmp_path / "folder"
    empty.mkdir()
    link = tmp_path / "zero.gguf"
    link.symlink_to("/dev/zero")
    for path in (pipe, link, empty, tmp_path / "none.gguf", tmp_path / "a\0b.gguf"):
        begun = time.monotonic()
        with pytest.raises(DataError):
            open_model(path)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tokenizer.ggml.model", "llama"),
        ("tokenizer.ggml.pre", "something"),
        ("tokenizer.ggml.tokens", None),
        ("tokenizer.ggml.merges", ["abc"]),
        ("tokenizer.ggml.tokens", "one text"),
    ],
)
def test_other_tokens_are_refused_in_a_sentence(tmp_path, name, value):
    path = tmp_path / "bad.gguf"
    more = {name: value, "llama.vocab_size": 269}
    llama.write_gguf(path, llama.weights(), **more)
    with pytest.raises(DataError, match="tokens"):
        vocabulary.of(path)


def test_half_letters_among_the_tokens_are_refused(tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    place = tmp_path / "tokenizer.json"
    record = json.loads(place.read_text())
    record["model"]["vocab"]["\ud800"] = len(record["model"]["vocab"])
    place.write_text(json.dumps(record))
    with pytest.raises(DataError, match="no text"):
        vocabulary.of(path)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config.json", None),
        ("config.json", "[]"),
        ("config.json", "{"),
        ("config.json", '{"model_type": "bert"}'),
        ("config.json", "[" * 100_000),
        ("model.safetensors", "abc"),
        ("model.safetensors", struct.pack("<Q", 2**60).decode("latin1") + "{}"),
        ("model.safetensors", struct.pack("<Q", 2).decode("latin1") + "{]"),
    ],
)
def test_bad_safetensors_are_refused_in_a_sentence(tmp_path, file, text):
    path = llama.write_safetensors(tmp_path, llama.weights())
    if text is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(text.encode("latin1"))
    with pytest.raises(DataError):
        open_model(path)


@pytest.mark.parametrize("ends", [[0, 4], [-4, 12], [10**12, 10**12 + 64], ["a", 1]])
def test_safetensors_beyond_the_file_are_refused(tmp_path, ends):
    path = llama.write_safetensors(tmp_path, llama.weights())
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8 : 8 + length])
    head["model.norm.weight"]["data_offsets"] = ends
    text = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    with pytest.raises(DataError, match="odd place"):
        open_model(path)
