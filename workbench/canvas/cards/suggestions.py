"""What usually comes next: the order of everything that offers layers."""

from dataclasses import dataclass
from functools import cached_property

from engine.graph.ports import fits
from engine.layers import registry
from engine.layers.spec import Port
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
OFTEN = (
    "data", "linear", "conv2d", "relu", "batch_norm2d", "max_pool2d", "flatten",
    "dropout", "add", "cross_entropy", "mse", "accuracy",
)  # fmt: skip
"""What most networks are made of, in the order in which people learn it."""
RARE = frozenset({
    "bilinear", "learned_scale", "low_rank", "gradient_reversal", "alpha_dropout",
    "feature_alpha_dropout", "dropout1d", "dropout3d", "stop_gradient", "conv3d",
    "conv_transpose1d", "conv_transpose3d", "max_pool3d", "avg_pool1d", "avg_pool3d",
    "adaptive_avg_pool1d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "lp_pool2d", "batch_norm3d",
    "instance_norm1d", "instance_norm3d", "local_response_norm", "rrelu", "relu6",
    "celu", "softsign", "hardtanh", "hardsigmoid", "hardshrink", "softshrink",
    "tanhshrink", "threshold", "softmin", "log_sigmoid", "rotary_embedding", "roll",
    "flip", "cast", "pad1d", "pad3d", "pixel_unshuffle", "channel_shuffle", "unfold",
    "unflatten", "repeat", "average", "minimum", "stack", "divide", "pairwise_distance",
    "power", "exp", "log", "sqrt", "square", "abs", "negative", "sin", "cos",
    "reduce_min", "reduce_std", "log_cosh", "poisson_nll", "gaussian_nll", "hinge",
    "soft_margin", "multi_margin", "multilabel_soft_margin", "hinge_embedding",
    "margin_ranking", "mode_coverage",
})  # fmt: skip
"""What the list keeps behind “More”; a search finds it all the same."""
_OTHER, _RARE, _ANOTHER_SHAPE, _DEAF = 50.0, 60.0, 100.0, 200.0


@dataclass(frozen=True)
class Here:
    """What is known of the place where a layer would go.

    Args:
        rank: Dimensions of one sample that flows there; None where unknown.
        category: Of the node before it; empty for none.
        port: What it would read; None for nothing.
    """

    rank: int | None = None
    category: str = ""
    port: Port | None = None

    def place(self, item: Item) -> float:
        """Return how little an entry fits here; 0 is what usually comes here."""
        kind, _, type_id = item.type_id.rpartition(":")
        if kind:
            return _OTHER
        if self.port is not None and not self._reads(type_id):
            return _DEAF
        if self.rank is not None and _is_too_flat_or_deep(type_id, self.rank):
            return _ANOTHER_SHAPE
        return self._usual.get(type_id, _RARE if type_id in RARE else _OTHER)

    @cached_property
    def _usual(self) -> dict[str, float]:
        names = OFTEN if self.rank is None else _USUAL.get(self.rank, OFTEN)
        ordered = sorted(names, key=lambda name: _comes_later(name, self.category))
        return {name: float(index) for index, name in enumerate(ordered)}

    def _reads(self, type_id: str) -> bool:
        port, inputs = self.port, registry.get(type_id).inputs
        return port is not None and any(fits(port, other) for other in inputs)


def _comes_later(name: str, category: str) -> bool:
    """Return whether something else usually stands in between."""
    is_between = name in _ACTS or "norm" in name
    if category == "act":
        return is_between
    return category in _WEIGHTED and not is_between


def _is_too_flat_or_deep(type_id: str, rank: int) -> bool:
    ranks = next((r for end, r in _SUFFIXES.items() if type_id.endswith(end)), None)
    return ranks is not None and rank not in ranks
