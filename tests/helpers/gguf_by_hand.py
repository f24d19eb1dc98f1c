"""Another reader of GGUF, for the tests: one block after the other, in plain Python."""

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

_SIZES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q",
          11: "q", 12: "d"}  # fmt: skip
_NAMES = {
    "token_embd": "model.embed_tokens", "output_norm": "model.norm",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip


def read(path: Path) -> dict[str, Tensor]:
    """Return all weights by Hugging Face's names, heads in halves."""
    with path.open("rb") as file:
        file.read(8)
        count, settings = struct.unpack("<QQ", file.read(16))
        told = {}
        for _ in range(settings):
            name = _text(file)
            told[name] = _value(file, struct.unpack("<I", file.read(4))[0])
        listed = []
        for _ in range(count):
            name = _text(file)
            axes = struct.unpack("<I", file.read(4))[0]
            sizes = struct.unpack(f"<{axes}Q", file.read(8 * axes))
            listed.append((name, sizes, *struct.unpack("<IQ", file.read(12))))
        start = (file.tell() + 31) // 32 * 32
        data = path.read_bytes()
    heads = {"attn_q": told["llama.attention.head_count"],
             "attn_k": told["llama.attention.head_count_kv"]}  # fmt: skip
    found = {}
    for name, sizes, kind, offset in listed:
        numbers = _unpack(data[start + offset :], kind, int(np.prod(sizes)))
        tensor = torch.from_numpy(numbers.reshape(sizes[::-1]))
        part = name.split(".")[-2]
        if part in heads:
            rows = torch.arange(len(tensor)).reshape(heads[part], -1)
            order = torch.cat([rows[:, 0::2], rows[:, 1::2]], 1).flatten()
            tensor = tensor[order]
        found[_renamed(name)] = tensor
    return found


def _renamed(name: str) -> str:
    parts = name.split(".")
    parts[-2] = _NAMES[parts[-2]]
    return ".".join(parts).replace("blk.", "model.layers.")


def _text(file: BinaryIO) -> str:
    return file.read(struct.unpack("<Q", file.read(8))[0]).decode()


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return _text(file)
    if kind == 9:
        one, count = struct.unpack("<IQ", file.read(12))
        return [_value(file, one) for _ in range(count)]
    form = "<" + _SIZES[kind]
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _unpack(data: bytes, kind: int, count: int) -> np.ndarray:
    """Return float32 numbers, by other means than the product's structured arrays."""
    if kind == 0:
        return np.frombuffer(data[: 4 * count], "<f4").copy()
    size = {3: 20, 8: 34}[kind]
    raw = np.frombuffer(data[: count // 32 * size], np.uint8).reshape(-1, size)
    scale = raw[:, :2].copy().view("<f2").astype(np.float32)
    if kind == 8:
        return (raw[:, 2:].copy().view(np.int8).astype(np.float32) * scale).ravel()
    low = raw[:, 2:4].copy().view("<f2").astype(np.float32)
    made = np.empty((len(raw), 32), np.float32)
    for place in range(16):
        made[:, place] = raw[:, 4 + place] % 16
        made[:, place + 16] = raw[:, 4 + place] // 16
    return (made * scale + low).ravel()
