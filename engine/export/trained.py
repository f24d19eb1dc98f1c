"""What a training could move, without what was frozen: of LoRA the adapters alone.

Such a file is loaded as the weights of the whole project (*Model › Load weights…*),
over a model whose own file brings the rest.
"""

import json
from dataclasses import replace

from engine.export.weights import Weights

_ADAPTERS = {"lora_linear": ("down", "up")}
"""Layers that are frozen but for some of their tensors."""


def part(weights: Weights) -> Weights:
    """Return the weights of the nodes that a training could move.

    Args:
        weights: With the layers in their words.
    """
    layers = json.loads(weights.metadata.get("layers", "[]"))
    frozen = {layer["weights"] for layer in layers if not layer["trainable"]}
    partly = {
        layer["weights"]: _ADAPTERS[layer["type"]]
        for layer in layers
        if layer["type"] in _ADAPTERS
    }
    kept = {}
    for name, tensor in weights.tensors.items():
        home, _, last = name.rpartition(".")
        around = {home[:at] for at, sign in enumerate(home) if sign == "."} | {home}
        if around & frozen or (home in partly and last not in partly[home]):
            continue
        kept[name] = tensor
    left_out = len(weights.tensors) - len(kept)
    said = {"holds": "trained weights alone", "left_out": str(left_out)}
    return replace(weights, tensors=kept, metadata={**weights.metadata, **said})
