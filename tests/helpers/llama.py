"""Small Llama files, written by hand, and a Llama in plain torch to compare with.

Nothing here uses our readers or layers: packing, names and mathematics are their own.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

SIZES = {"layers": 2, "features": 64, "hidden": 96, "heads": 4, "kv_heads": 2,
         "context": 128, "rope_base": 10_000.0, "eps": 1e-5}  # fmt: skip
TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 8, "BF16": 30}
ALIGNMENT = 32


def letters() -> list[str]:
    """Return the 256 letters that stand for bytes, in the order of GPT-2."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in seen]
    return [chr(byte) for byte in seen] + [chr(256 + n) for n in range(len(rest))]


def vocabulary() -> tuple[list[str], list[str]]:
    """Return tokens and merges: all bytes, a few pairs, and one that ends a text."""
    merges = ["t h", "th e", "Ġ the", "a n", "Ġ a", "i n", "e r", "in g", "o n"]
    merges += ["r e", "Ġ t", "s t"]
    tokens = ["<|end|>", *letters(), *(pair.replace(" ", "") for pair in merges)]
    return tokens, merges


def weights(seed: int = 0, *, tied: bool = True) -> dict[str, Tensor]:
    """Return random weights by Hugging Face's names."""
    draw = torch.Generator().manual_seed(seed)
    size, hidden = SIZES["features"], SIZES["hidden"]
    head = size // SIZES["heads"]
    narrow, count = head * SIZES["kv_heads"], len(vocabulary()[0])
    found: dict[str, Tensor] = {}

    def add(name: str, *shape: int) -> None:
        scale = 1.0 if len(shape) == 1 else shape[-1] ** -0.5
        found[name] = scale * torch.randn(*shape, generator=draw)

    add("model.embed_tokens.weight", count, size)
    for layer in range(SIZES["layers"]):
        at = f"model.layers.{layer}"
        add(f"{at}.input_layernorm.weight", size)
        add(f"{at}.self_attn.q_proj.weight", size, size)
        add(f"{at}.self_attn.k_proj.weight", narrow, size)
        add(f"{at}.self_attn.v_proj.weight", narrow, size)
        add(f"{at}.self_attn.o_proj.weight", size, size)
        add(f"{at}.post_attention_layernorm.weight", size)
        add(f"{at}.mlp.gate_proj.weight", hidden, size)
        add(f"{at}.mlp.up_proj.weight", hidden, size)
        add(f"{at}.mlp.down_proj.weight", size, hidden)
    add("model.norm.weight", size)
    if not tied:
        add("lm_head.weight", count, size)
    return found


def scores(found: Mapping[str, Tensor], tokens: Sequence[int], **sizes: Any) -> Tensor:
    """Return the scores T×C of a Llama, written out in plain torch.

    Source: Touvron et al. 2023; rotary positions in complex numbers

    Shape:
        T tokens → T×C
    """
    now = {**SIZES, **sizes}
    x = found["model.embed_tokens.weight"][torch.tensor(tokens)]
    places = torch.arange(len(tokens), dtype=torch.float64)
    for layer in range(now["layers"]):
        at = f"model.layers.{layer}"
        y = _norm(x, found[f"{at}.input_layernorm.weight"], now["eps"])
        q, k, v = (y @ found[f"{at}.self_attn.{n}_proj.weight"].T for n in "qkv")
        heads, groups = now["heads"], now["kv_heads"]
        size = q.shape[1] // heads
        gathered = []
        for h in range(heads):
            g = h * groups // heads
            one = _turn(q[:, h * size : (h + 1) * size], places, now["rope_base"])
            two = _turn(k[:, g * size : (g + 1) * size], places, now["rope_base"])
            mass = one @ two.T / size**0.5
            mass = mass.masked_fill(torch.ones_like(mass).triu(1).bool(), -torch.inf)
            gathered.append(mass.softmax(-1) @ v[:, g * size : (g + 1) * size])
        x = x + torch.cat(gathered, 1) @ found[f"{at}.self_attn.o_proj.weight"].T
        y = _norm(x, found[f"{at}.post_attention_layernorm.weight"], now["eps"])
        gate = F.silu(y @ found[f"{at}.mlp.gate_proj.weight"].T)
        wide = y @ found[f"{at}.mlp.up_proj.weight"].T
        x = x + (gate * wide) @ found[f"{at}.mlp.down_proj.weight"].T
    x = _norm(x, found["model.norm.weight"], now["eps"])
    table = found.get("lm_head.weight", found["model.embed_tokens.weight"])
    return x @ table.T


def _norm(x: Tensor, factor: Tensor, eps: float) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * factor


def _turn(x: Tensor, places: Tensor, base: float) -> Tensor:
    """Return features i and i + D/2 turned, as the two parts of complex numbers."""
    half = x.shape[1] // 2
    rate = base ** (-torch.arange(half, dtype=torch.float64) / half)
    turn = torch.polar(torch.ones(1, dtype=torch.float64), places[:, None] * rate)
    both = torch.complex(x[:, :half].double(), x[:, half:].double()) * turn
    return torch.cat([both.real, both.imag], 1).to(x.dtype)


def greedy(
    found: Mapping[str, Tensor], start: list[int], count: int, **sizes: Any
) -> list[int]:
    """Return the tokens that follow, the likeliest each time."""
    tokens = list(start)
    for _ in range(count):
        tokens.append(int(scores(found, tokens, **sizes)[-1].argmax()))
    return tokens[len(start) :]


def held_out(parts: Any) -> float:
    """Return the loss of the validation part, by hand."""
    losses = []
    for piece in parts.evaluator.validation():
        with torch.no_grad():
            results = parts.program.evaluation.run(piece.batch)
        scores, targets = results["perplexity"]
        losses.append(F.cross_entropy(scores.flatten(0, 1), targets.flatten()))
    return float(torch.stack(losses).mean())


# GGUF -------------------------------------------------------------------------

_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm",
    "lm_head": "output", "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip


def settings() -> dict[str, Any]:
    """Return the settings of a GGUF file of these sizes."""
    tokens, merges = vocabulary()
    return {
        "general.architecture": "llama",
        "general.name": "Tiny llama",
        "llama.block_count": SIZES["layers"],
        "llama.context_length": SIZES["context"],
        "llama.embedding_length": SIZES["features"],
        "llama.feed_forward_length": SIZES["hidden"],
        "llama.attention.head_count": SIZES["heads"],
        "llama.attention.head_count_kv": SIZES["kv_heads"],
        "llama.attention.layer_norm_rms_epsilon": SIZES["eps"],
        "llama.rope.freq_base": SIZES["rope_base"],
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3, *[1] * (len(tokens) - 1)],
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.eos_token_id": 0,
    }


def write_gguf(
    path: Path,
    found: Mapping[str, Tensor],
    kind: str = "F32",
    **more: Any,
) -> dict[str, Tensor]:
    """Write a GGUF file; return the numbers that its bytes stand for.

    Args:
        path: The file.
        found: Weights by Hugging Face's names.
        kind: Of the matrices; vectors are F32.
        more: Settings that are other than `settings`; None leaves one out.
    """
    head, told, body, meant = b"", {**settings(), **more}, b"", {}
    told = {name: value for name, value in told.items() if value is not None}
    for name, tensor in found.items():
        one = kind if tensor.dim() == 2 else "F32"
        data, numbers = pack(_interleaved(name, tensor).numpy(), one)
        meant[name] = _halved(name, torch.from_numpy(numbers))
        words = _gguf_name(name).encode()
        head += struct.pack("<Q", len(words)) + words
        head += struct.pack("<I", tensor.dim())
        head += struct.pack(f"<{tensor.dim()}Q", *reversed(tensor.shape))
        head += struct.pack("<IQ", TYPES[one], len(body))
        body += data + b"\0" * (-len(data) % ALIGNMENT)
    start = struct.pack("<4sIQQ", b"GGUF", 3, len(found), len(told))
    start += b"".join(_setting(name, value) for name, value in told.items()) + head
    path.write_bytes(start + b"\0" * (-len(start) % ALIGNMENT) + body)
    return meant


def _gguf_name(name: str) -> str:
    for theirs, ours in _NAMES.items():
        name = name.replace(theirs, ours)
    return name.replace("model.layers.", "blk.")


def _heads_of(name: str) -> int:
    if "q_proj" in name:
        return int(SIZES["heads"])
    return int(SIZES["kv_heads"]) if "k_proj" in name else 0


def _interleaved(name: str, tensor: Tensor) -> Tensor:
    """Return rows as GGUF has them: the halves of each head side by side."""
    if not (heads := _heads_of(name)):
        return tensor
    order = []
    size = len(tensor) // heads
    for h in range(heads):
        for i in range(size // 2):
            order += [h * size + i, h * size + size // 2 + i]
    return tensor[order]


def _halved(name: str, tensor: Tensor) -> Tensor:
    if not _heads_of(name):
        return tensor
    places = _interleaved(name, torch.arange(len(tensor)))
    made = torch.empty_like(tensor)
    made[places] = tensor
    return made


def _text(words: str) -> bytes:
    data = words.encode()
    return struct.pack("<Q", len(data)) + data


def _setting(name: str, value: Any) -> bytes:
    head = _text(name)
    if isinstance(value, str):
        return head + struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return head + struct.pack("<If", 6, value)
    if isinstance(value, int):
        return head + struct.pack("<II", 4, value)
    if isinstance(value[0], str):
        body = b"".join(map(_text, value))
        return head + struct.pack("<IIQ", 9, 8, len(value)) + body
    return (
        head
        + struct.pack("<IIQ", 9, 5, len(value))
        + struct.pack(f"<{len(value)}i", *value)
    )


def pack(numbers: np.ndarray, kind: str) -> tuple[bytes, np.ndarray]:
    """Return the bytes of numbers in some kind, and the numbers that they mean.

    Each block is packed by a loop over its 32 numbers, as the format describes it.
    """
    if kind == "F32":
        return numbers.astype("<f4").tobytes(), numbers.astype(np.float32)
    if kind == "F16":
        half = numbers.astype("<f2")
        return half.tobytes(), half.astype(np.float32)
    if kind == "BF16":
        top = (numbers.astype("<f4").view("<u4") >> 16).astype("<u2")
        return top.tobytes(), (top.astype("<u4") << 16).view("<f4").copy()
    data, meant = b"", []
    for block in numbers.reshape(-1, 32):
        one, values = _BLOCKS[kind](block)
        data += one
        meant += values
    return data, np.array(meant, np.float32).reshape(numbers.shape)


def _half(number: float) -> float:
    return float(np.float16(number))


def _q8_0(block: np.ndarray) -> tuple[bytes, list[float]]:
    scale = _half(np.abs(block).max() / 127)
    whole = [
        max(-127, min(127, round(float(x) / scale))) if scale else 0 for x in block
    ]
    return struct.pack("<e32b", scale, *whole), [scale * q for q in whole]


def _q4_0(block: np.ndarray) -> tuple[bytes, list[float]]:
    scale = _half(np.abs(block).max() / 7)
    whole = [
        max(0, min(15, round(float(x) / scale) + 8)) if scale else 8 for x in block
    ]
    packed = [whole[i] | whole[i + 16] << 4 for i in range(16)]
    return struct.pack("<e16B", scale, *packed), [scale * (q - 8) for q in whole]


def _q4_1(block: np.ndarray) -> tuple[bytes, list[float]]:
    low = _half(block.min())
    scale = _half((block.max() - block.min()) / 15)
    whole = [
        max(0, min(15, round((float(x) - low) / scale))) if scale else 0 for x in block
    ]
    packed = [whole[i] | whole[i + 16] << 4 for i in range(16)]
    return struct.pack("<ee16B", scale, low, *packed), [low + scale * q for q in whole]


_BLOCKS = {"Q8_0": _q8_0, "Q4_0": _q4_0, "Q4_1": _q4_1}


# Safetensors -------------------------------------------------------------------


def as_torch(path: Path, found: Mapping[str, Tensor]) -> Path:
    """Write the same weights as Hugging Face does by torch; return the new file.

    The table scores the tokens, too, and stands in the file by both names.
    """
    table = found["model.embed_tokens.weight"]
    path.unlink()
    torch.save({**found, "lm_head.weight": table}, path.with_name("pytorch_model.bin"))
    return path.with_name("pytorch_model.bin")


def write_safetensors(folder: Path, found: Mapping[str, Tensor]) -> Path:
    """Write weights, `config.json` and `tokenizer.json`; return the first."""
    head, body = {}, b""
    for name, tensor in found.items():
        data = tensor.numpy().astype("<f4").tobytes()
        ends = [len(body), len(body) + len(data)]
        head[name] = {"dtype": "F32", "shape": [*tensor.shape], "data_offsets": ends}
        body += data
    text = json.dumps(head).encode()
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    tokens, merges = vocabulary()
    config = {
        "model_type": "llama", "hidden_size": SIZES["features"],
        "intermediate_size": SIZES["hidden"], "num_hidden_layers": SIZES["layers"],
        "num_attention_heads": SIZES["heads"], "vocab_size": len(tokens),
        "num_key_value_heads": SIZES["kv_heads"], "rms_norm_eps": SIZES["eps"],
        "max_position_embeddings": SIZES["context"],
        "rope_theta": SIZES["rope_base"], "hidden_act": "silu",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    record = {
        "model": {"type": "BPE", "merges": merges,
                  "vocab": {token: n for n, token in enumerate(tokens)}},
        "added_tokens": [{"id": 0, "content": tokens[0], "special": True}],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True}, {"type": "ByteLevel"}]},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(record))
    return path
