"""What the weights of a Llama are called: in GGUF, by Hugging Face, and in our blocks.

A file is looked into by our names, so that a node finds its weights as in any file.
"""

import re
from collections.abc import Iterable

_PARTS = {
    "attn_norm": "norm1",
    "attn_q": "query",
    "attn_k": "key",
    "attn_v": "value",
    "attn_output": "output",
    "ffn_norm": "norm2",
    "ffn_gate": "gate",
    "ffn_up": "wide",
    "ffn_down": "narrow",
    "input_layernorm": "norm1",
    "self_attn.q_proj": "query",
    "self_attn.k_proj": "key",
    "self_attn.v_proj": "value",
    "self_attn.o_proj": "output",
    "post_attention_layernorm": "norm2",
    "mlp.gate_proj": "gate",
    "mlp.up_proj": "wide",
    "mlp.down_proj": "narrow",
}
_ALONE = {
    "token_embd.weight": ("embedding.table.weight", "embedding.weight"),
    "output_norm.weight": ("norm.weight",),
    "output.weight": ("scores.weight",),
    "model.embed_tokens.weight": ("embedding.table.weight", "embedding.weight"),
    "model.norm.weight": ("norm.weight",),
    "lm_head.weight": ("scores.weight",),
}
_IN_LAYER = re.compile(r"(?:blk|model\.layers)\.(\d{1,4})\.([a-z_.]+)\.(weight|bias)")
_MARKS = {"blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight"}
TURNED = {"attn_q": "heads", "attn_k": "kv_heads"}
"""Parts whose rows GGUF has in another order → the sizes that say which."""


def is_llama(names: Iterable[str]) -> bool:
    """Return whether names of tensors are those of a Llama by somebody else."""
    return not _MARKS.isdisjoint(names)


def ours(name: str) -> tuple[str, ...]:
    """Return what a tensor is called in our blocks; nothing for one they lack."""
    if name in _ALONE:
        return _ALONE[name]
    found = _IN_LAYER.fullmatch(name)
    if found is None or found[2] not in _PARTS:
        return ()
    return (f"layers.{found[1]}.{_PARTS[found[2]]}.{found[3]}",)


def is_strange(name: str) -> bool:
    """Return whether a tensor is a part of a layer that our blocks don't have."""
    return _IN_LAYER.fullmatch(name) is not None and not ours(name)


def part(name: str) -> str:
    """Return which part of a layer a tensor is, as the file calls it, or nothing."""
    found = _IN_LAYER.fullmatch(name)
    return found[2] if found else ""
