"""What usually comes next: the order of the search at a wire that was let go of."""

from collections.abc import Iterable

from workbench.canvas.cards.catalogue_items import Item

_USUAL: dict[int, tuple[str, ...]] = {
    1: (
        "linear", "batch_norm1d", "layer_norm", "relu", "gelu", "tanh", "sigmoid",
        "dropout", "add", "concat", "cross_entropy", "mse", "accuracy",
    ),
    2: (
        "linear", "layer_norm", "multihead_attention", "lstm", "gru", "conv1d",
        "batch_norm1d", "relu", "gelu", "dropout", "add", "position_embedding",
        "max_pool1d", "last_step", "flatten",
    ),
    3: (
        "conv2d", "batch_norm2d", "relu", "max_pool2d", "flatten", "global_avg_pool",
        "dropout2d", "add", "concat", "upsample", "conv_transpose2d", "group_norm",
    ),
    4: (
        "conv3d", "batch_norm3d", "relu", "max_pool3d", "flatten", "add", "concat",
    ),
}  # fmt: skip
"""Dimensions of one sample → layers that people put there, the likeliest first."""
_WEIGHTED, _ACTS = {"conv", "dense"}, {"relu", "gelu", "tanh", "sigmoid"}
_SUFFIXES = {"1d": (1, 2), "2d": (3,), "3d": (4,)}


def ordered(items: Iterable[Item], rank: int | None, category: str) -> list[Item]:
    """Return the items, what usually follows first and what can't fit last.

    Args:
        items: In the order of the catalogue.
        rank: Dimensions of one sample of the wire; None where unknown.
        category: Of the node that the wire leaves.
    """
    if rank is None:
        return list(items)
    usual = sorted(_USUAL.get(rank, ()), key=lambda name: _comes_later(name, category))
    place = {name: index for index, name in enumerate(usual)}

    def key(item: Item) -> tuple[bool, int]:
        return _is_too_flat_or_deep(item.type_id, rank), place.get(item.type_id, 99)

    return sorted(items, key=key)


def _comes_later(name: str, category: str) -> bool:
    """Return whether something else usually stands in between."""
    is_between = name in _ACTS or "norm" in name
    if category == "act":
        return is_between
    return category in _WEIGHTED and not is_between


def _is_too_flat_or_deep(type_id: str, rank: int) -> bool:
    ranks = next((r for end, r in _SUFFIXES.items() if type_id.endswith(end)), None)
    return ranks is not None and rank not in ranks
