"""Inputs on which every entry of the catalogue runs with its defaults."""

import torch

from engine.layers import registry

FLOAT, INT = torch.float32, torch.int64
_SEQUENCE = [(2, 6, 8)]
_IMAGE = [(2, 8, 6, 6)]
_RANKS = {"1d": [(2, 8, 12)], "2d": [(2, 8, 12, 12)], "3d": [(2, 8, 6, 6, 6)]}
_SHAPES: dict[str, list[tuple[int, ...]]] = {
    "bilinear": [(2, 5), (2, 7)],
    "global_avg_pool": _IMAGE,
    "lp_pool2d": _IMAGE,
    "batch_norm1d": [(2, 8)],
    "group_norm": _IMAGE,
    "local_response_norm": _IMAGE,
    "rnn": _SEQUENCE,
    "lstm": _SEQUENCE,
    "gru": _SEQUENCE,
    "scaled_dot_product_attention": [(2, 6, 8), (2, 5, 8), (2, 5, 4)],
    "grouped_query_attention": [(2, 6, 8)] * 3,
    "transformer_decoder_layer": [(2, 6, 8), (2, 5, 8)],
    "multihead_attention": _SEQUENCE,
    "transformer_encoder_layer": _SEQUENCE,
    "position_embedding": _SEQUENCE,
    "sinusoidal_position": _SEQUENCE,
    "time_embedding": [(2, 1)],
    "rotary_embedding": _SEQUENCE,
    "noise_schedule": [(2, 8), (2, 8), (2, 1)],
    "exact_match": [(2, 6, 8), (2, 6)],
    "mode_coverage": [(2, 2)],
    "latent_map": [(2, 2), (2, 1, 6, 6)],
    "text_sample": [(2, 6), (2, 6, 8)],
    "denoising_chain": [(2, 2), (2, 1), (2, 2)],
    "forecast": [(2, 6, 1), (2, 1)],
    "last_step": _SEQUENCE,
    "permute": _SEQUENCE,
    "transpose": _SEQUENCE,
    "squeeze": [(2, 8, 1)],
    "upsample": _IMAGE,
    "pixel_shuffle": _IMAGE,
    "pixel_unshuffle": _IMAGE,
    "channel_shuffle": _IMAGE,
    "unfold": _IMAGE,
    "matmul": [(2, 3, 4), (2, 4, 5)],
    "constant": [],
    "cross_entropy": [(2, 8), (2,)],
    "nll": [(2, 8), (2,)],
    "multi_margin": [(2, 8), (2,)],
    "ctc": [(2, 12, 8), (2, 3)],
    "margin_ranking": [(2,), (2,), (2,)],
    "cosine_embedding": [(2, 8), (2, 8), (2,)],
    "accuracy": [(2, 8), (2,)],
    "top_k": [(2, 8), (2,)],
    "f1": [(2, 8), (2,)],
    "precision": [(2, 8), (2,)],
    "recall": [(2, 8), (2,)],
    "perplexity": [(2, 8), (2,)],
    "confusion_matrix": [(2, 8), (2,)],
    "image_grid": [(2, 1, 6, 6)],
    "decision_boundary": [(2, 2), (2, 3)],
}
_WHOLE = {"embedding", "tied_embedding", "one_hot", "text_sample"}
_LABELS = {"cross_entropy", "nll", "multi_margin", "ctc", "accuracy", "top_k", "f1"}
_LABELS |= {"precision", "recall", "perplexity", "confusion_matrix", "exact_match"}


def shapes_of(type_id: str) -> list[tuple[int, ...]]:
    """Return shapes of inputs that fit the defaults."""
    if type_id in _SHAPES:
        return _SHAPES[type_id]
    if type_id[-2:] in _RANKS:
        return _RANKS[type_id[-2:]]
    ports = registry.get(type_id).inputs
    count = sum(2 if port.variadic else not port.optional for port in ports)
    return [(2, 8)] * count


def inputs_of(type_id: str, seed: int = 0) -> list[torch.Tensor]:
    """Return real tensors for an entry with its default parameters."""
    generator = torch.Generator().manual_seed(seed)
    tensors = []
    for index, shape in enumerate(shapes_of(type_id)):
        whole = type_id in _WHOLE and index == 0
        whole = whole or (type_id in _LABELS and index == 1)
        if whole:
            tensors.append(torch.randint(1, 8, shape, generator=generator))
        else:
            tensors.append(torch.rand(shape, generator=generator) * 0.8 + 0.1)
    return tensors
