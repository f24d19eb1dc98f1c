"""Files that the test packs by hand, number by number, are read as they are meant."""

import numpy as np
import pytest
import torch

from engine.pretrained.model import open_model, sha256
from engine.training.weights import weight_files
from tests.helpers import llama

KINDS = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]


def ours(name: str) -> str:
    """Return our name of a tensor that Hugging Face calls so."""
    pairs = {
        "model.embed_tokens": "embedding.table", "model.norm": "norm",
        "model.layers": "layers", "input_layernorm": "norm1",
        "self_attn.q_proj": "query", "self_attn.k_proj": "key",
        "self_attn.v_proj": "value", "self_attn.o_proj": "output",
        "post_attention_layernorm": "norm2", "mlp.gate_proj": "gate",
        "mlp.up_proj": "wide", "mlp.down_proj": "narrow",
    }  # fmt: skip
    for theirs, here in pairs.items():
        name = name.replace(theirs, here)
    return name


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_is_read_as_it_was_packed(tmp_path, kind):
    path = tmp_path / "tiny.gguf"
    meant = llama.write_gguf(path, llama.weights(), kind)
    model = open_model(path)
    assert kind in model.kinds
    assert set(model.stored) >= {ours(name) for name in meant}
    for name, tensor in meant.items():
        got = model.tensor(ours(name))
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, tensor.numpy(), err_msg=name)


def test_quantised_numbers_are_near_the_real_ones(tmp_path):
    found = llama.weights()
    name = "model.layers.0.mlp.down_proj.weight"
    for kind, most in (("Q8_0", 0.02), ("Q4_0", 0.3), ("Q4_1", 0.3)):
        meant = llama.write_gguf(tmp_path / "tiny.gguf", found, kind)
        off = (meant[name] - found[name]).abs().max() / found[name].abs().max()
        assert 0 < off < most, kind


def test_sizes_of_the_file_are_told(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights())
    model = open_model(path)
    sizes = model.config
    assert (sizes.layers, sizes.features, sizes.heads, sizes.kv_heads) == (2, 64, 4, 2)
    assert model.title == "tiny"
    assert sizes.tied
    whole = sum(t.numel() for t in llama.weights().values())
    assert sizes.parameters == whole


def test_safetensors_beside_a_config_are_the_same_model(tmp_path):
    found = llama.weights(tied=False)
    path = llama.write_safetensors(tmp_path, found)
    for place in (path, tmp_path):
        model = open_model(place)
        assert not model.config.tied
        for name, tensor in found.items():
            here = ours(name).replace("lm_head", "scores").replace(".table", "")
            np.testing.assert_array_equal(model.tensor(here), tensor.numpy())


def test_weights_of_a_training_come_one_tensor_at_a_time(tmp_path):
    path = tmp_path / "tiny.gguf"
    meant = llama.write_gguf(path, llama.weights(), "Q8_0")
    file = weight_files.read(str(path))
    assert file.sha256 == sha256(path)
    wanted = meant["model.layers.1.self_attn.q_proj.weight"]
    torch.testing.assert_close(file.tensors["layers.1.query.weight"], wanted)
    assert file.tensors.get("layers.7.query.weight") is None
