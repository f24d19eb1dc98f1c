"""Files that are well made but strange: what they claim is never believed."""

import json
import os
import struct
import time

import numpy as np
import pytest
import torch

from engine.advice.analysis import Analyser
from engine.cli.pretrained import opening
from engine.errors import DataError, EngineError
from engine.pretrained import blocks, vocabulary
from engine.pretrained.blocks import Plan
from engine.pretrained.model import open_model, sha256
from tests.helpers import llama


def gguf(folder, **more):
    path = folder / "tiny.gguf"
    llama.write_gguf(path, llama.weights(), **more)
    return path


def with_head(path, change):
    """Write a safetensors file again, its head changed as a text."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    text = change(data[8 : 8 + length].decode()).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    return path


def changed_json(path, change):
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


@pytest.mark.parametrize(
    "more",
    [
        {"tokenizer.ggml.pre": ["smollm", "x"]},
        {"tokenizer.ggml.pre": 7},
        {"tokenizer.ggml.model": ["gpt2"]},
        {"tokenizer.ggml.token_type": 5},
        {"tokenizer.ggml.token_type": "control"},
        {"tokenizer.ggml.merges": 3},
        {"tokenizer.ggml.merges": [1, 2]},
        {"tokenizer.ggml.tokens": [1, 2]},
        {"tokenizer.ggml.tokens": ["<x>"] * 20_000,
         "tokenizer.ggml.token_type": [3] * 20_000},
    ],
)  # fmt: skip
def test_settings_of_another_type_are_refused_in_a_sentence(tmp_path, more):
    with pytest.raises(DataError, match="tokens"):
        vocabulary.of(gguf(tmp_path, **more))


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["model"]["vocab"].update({"x": [1]}),
        lambda r: r["model"]["vocab"].update({"x": {"a": 1}}),
        lambda r: r["model"]["vocab"].update({"x": 5}),
        lambda r: r["model"]["vocab"].update({"x": 10**40}),
        lambda r: r["model"]["vocab"].update({"x": -1}),
        lambda r: r["model"]["vocab"].update({"x": 1.5}),
        lambda r: r.update(added_tokens=[{"id": -3, "content": "x", "special": True}]),
        lambda r: r["pre_tokenizer"].update(pretokenizers=["a", {}, {"type": 1}]),
        lambda r: r.update(pre_tokenizer=[1]),
        lambda r: r["model"].update(merges=[["a"], 1]),
        lambda r: r["model"].update(type=["BPE"]),
    ],
)
def test_strange_tokenizer_files_are_refused_in_a_sentence(tmp_path, change):
    path = llama.write_safetensors(tmp_path, llama.weights())
    changed_json(tmp_path / "tokenizer.json", change)
    with pytest.raises(DataError, match="tokens"):
        vocabulary.of(path)


def test_a_step_that_is_none_among_those_of_a_tokenizer_stops_nothing(tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    changed_json(
        tmp_path / "tokenizer.json",
        lambda r: r["pre_tokenizer"]["pretokenizers"].insert(0, "odd"),
    )
    assert vocabulary.of(path).decode(vocabulary.of(path).encode("the 12")) == "the 12"


def test_a_nameless_token_is_not_found_between_all_letters(tmp_path):
    tokens, _ = llama.vocabulary()
    path = gguf(tmp_path, **{"tokenizer.ggml.tokens": ["", *tokens[1:]]})
    pairs = vocabulary.of(path)
    assert 0 not in pairs.encode("the one", special=True).tolist()


def test_a_thousand_axes_are_refused_at_once(tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    axes = json.dumps([2] * 1_000_000)
    many = f'{{"x": {{"dtype": "F32", "shape": {axes}, "data_offsets": [0, 4]}}, '
    with_head(path, lambda text: many + text[1:])
    begun = time.process_time()
    with pytest.raises(DataError, match="odd shape") as caught:
        open_model(path)
    assert time.process_time() - begun < 3
    assert len(str(caught.value)) < 500


def test_tensors_that_share_bytes_or_a_name_are_refused(tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    twin = '{"x": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}, '
    with_head(path, lambda text: twin + text[1:])
    with pytest.raises(DataError, match="odd place"):
        open_model(path)
    again = '{"model.norm.weight": {"dtype": "F32", "shape": [], "data_offsets": []}, '
    with_head(path, lambda text: again + text.split("}, ", 1)[1])
    with pytest.raises(DataError, match="no JSON"):
        open_model(path)


@pytest.mark.parametrize(
    "name",
    [
        "model.layers.2.mlp.up_proj.weight",
        "model.layers.0.mlp.up_proj.bias",
        "model.layers.0.self_attn.o_proj.bias",
        "model.layers.1.self_attn.q_norm.weight",
        "blk.0.attn_q.weight",
    ],
)
def test_a_part_that_would_be_passed_over_is_refused(tmp_path, name):
    """A network without it would answer, but otherwise than the one in the file."""
    found = llama.weights() | {name: torch.ones(3)}
    with pytest.raises(DataError, match=r"doesn't have|twice"):
        open_model(llama.write_safetensors(tmp_path, found))


def test_what_a_llama_computes_itself_may_lie_in_the_file(tmp_path):
    name = "model.layers.0.self_attn.rotary_emb.inv_freq"
    found = llama.weights() | {name: torch.ones(8)}
    assert open_model(llama.write_safetensors(tmp_path, found)).config.layers == 2


def test_the_base_of_the_positions_is_read_in_new_files_too(tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    told = {"rope_type": "default", "rope_theta": 500_000.0}
    changed_json(tmp_path / "config.json", lambda r: r.pop("rope_theta"))
    changed_json(tmp_path / "config.json", lambda r: r.update(rope_parameters=told))
    assert open_model(path).config.rope_base == 500_000.0
    told["rope_type"] = "llama3"
    changed_json(tmp_path / "config.json", lambda r: r.update(rope_parameters=told))
    os.utime(path)
    with pytest.raises(DataError, match="stretches"):
        open_model(path)


def test_a_file_changed_after_its_head_was_read_gives_no_numbers(tmp_path):
    path = gguf(tmp_path)
    model, before = open_model(path), sha256(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="changed"):
        model.tensor("norm.weight")
    assert sha256(path) != before
    again = open_model(path).tensor("norm.weight")
    assert np.isfinite(again).all()


@pytest.mark.parametrize("extra", [0, 27])
def test_a_table_may_have_more_rows_than_there_are_tokens(tmp_path, extra):
    weights = llama.weights()
    table = weights["model.embed_tokens.weight"]
    weights["model.embed_tokens.weight"] = torch.cat([table, table[:extra]])
    path = tmp_path / "padded.gguf"
    llama.write_gguf(path, weights)
    model = open_model(path)
    assert model.config.vocabulary == len(table) + extra
    assert model.config.parameters == sum(t.numel() for t in weights.values())
    project = blocks.project(model, Plan(context=16))
    assert Analyser().analyse(project).trainable


def test_a_table_with_fewer_rows_than_tokens_is_refused(tmp_path):
    tokens, _ = llama.vocabulary()
    path = gguf(tmp_path, **{"tokenizer.ggml.tokens": [*tokens, "more"]})
    with pytest.raises(DataError, match="fewer rows"):
        blocks.project(open_model(path), Plan(context=16))


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 1, "rank": Infinity}',
        '{"id": 1, "batch": NaN}',
        '{"id": 1, "context": 1e999}',
        '{"id": 1, "rank": ' + "9" * 5000 + "}",
        '{"id": 1, "rank": ' + "9" * 400 + "}",
        '{"id": 1, "targets": 5}',
        '{"id": 1, "targets": {"query": 1}}',
        "[" * 100_000,
        "no JSON",
    ],
)
def test_a_strange_plan_is_answered_and_the_next_one_too(tmp_path, line):
    model = open_model(gguf(tmp_path))
    assert opening._answered(model, line)["error"]


def test_the_strength_of_lora_may_be_a_fraction(tmp_path):
    model = open_model(gguf(tmp_path))
    told = opening._answered(model, '{"id": 4, "alpha": 1.5, "context": 16}')
    project = json.loads(str(told["project"]))
    assert '"alpha": 1.5' in json.dumps(project)


def test_a_name_that_is_no_text_is_refused_in_a_sentence(tmp_path):
    odd = gguf(tmp_path).rename(tmp_path / os.fsdecode(b"\xff.gguf"))
    with pytest.raises(EngineError, match="name"):
        open_model(odd)


def test_tokens_beside_a_model_may_not_be_a_link_that_leads_away(tmp_path):
    """A project names the weights alone, and leave is asked for what it names."""
    inside, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    record = {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
              "pre_tokenizer": {"type": "ByteLevel"}}  # fmt: skip
    (elsewhere / "tokenizer.json").write_text(json.dumps(record), "utf-8")
    (elsewhere / "model.safetensors").write_bytes(b"\0" * 16)
    (inside / "tokenizer.json").symlink_to(elsewhere / "tokenizer.json")
    (inside / "model.safetensors").write_bytes(b"\0" * 16)
    with pytest.raises(DataError, match="leads away"):
        vocabulary.of(inside / "model.safetensors")
    # A folder of links to one place, as downloads are kept: both are elsewhere, and
    # leave was asked for that.
    (inside / "model.safetensors").unlink()
    (inside / "model.safetensors").symlink_to(elsewhere / "model.safetensors")
    assert vocabulary.of(inside / "model.safetensors") is not None
