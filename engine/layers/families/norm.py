"""Normalisation."""

from engine.layers.fields import AFFINE, EPS, count, dimension, flag, positive
from engine.layers.spec import LayerSpec, Param, Port

_SHAPES = {1: "N×F or N×C×T", 2: "N×C×H×W", 3: "N×C×D×H×W"}
_FORMULA = "y = γ·(x − μ) / √(σ² + ε) + β"
_MOMENTUM = Param(
    "momentum",
    "float",
    0.1,
    "Momentum",
    "Weight of the newest batch in the running mean and variance.",
    min=0.0,
    max=1.0,
)
_RUNNING = (
    "Keep running statistics and use them outside training. Without them every batch "
    "is judged by its own: the validation loss then depends on how samples are put "
    "into batches."
)
_RUNNING_OF_ONE = "Keep running statistics and use them outside training."
_WHEN_FROZEN = flag(
    "update_when_frozen",
    "Update when frozen",
    "A frozen layer keeps its running statistics and uses them in training too. With "
    "this they go on following the batches, as in plain torch. In a phase that only "
    "updates other layers they follow in any case.",
)
_LAST = Param(
    "num_dims",
    "int",
    1,
    "Dimensions",
    "How many of the last dimensions are normalised together.",
    min=1,
    max=6,
)


def _batch(type_id: str, title: str, dims: int) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="norm",
        help="Gives every channel mean 0 and variance 1 over the batch.",
        formula=_FORMULA + "   (μ, σ² per channel over the batch)",
        source="Ioffe & Szegedy 2015, Batch Normalization",
        params=(
            EPS,
            _MOMENTUM,
            AFFINE,
            flag("track_running_stats", "Running statistics", _RUNNING, default=True),
            _WHEN_FROZEN,
        ),
        inputs=(Port("input", "float", _SHAPES[dims]),),
        aliases=("bn", "batchnorm"),
    )


def _instance(type_id: str, title: str, dims: int) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="norm",
        help="Gives every channel of every sample mean 0 and variance 1.",
        formula=_FORMULA + "   (μ, σ² per sample and channel)",
        source="Ulyanov et al. 2016, Instance Normalization",
        params=(
            EPS,
            _MOMENTUM,
            flag("affine", "Scale and shift", "Learn a factor and an offset."),
            flag("track_running_stats", "Running statistics", _RUNNING_OF_ONE),
            _WHEN_FROZEN,
        ),
        inputs=(Port("input", "float", _SHAPES[dims].removeprefix("N×F or ")),),
        aliases=("style",),
    )


SPECS = (
    _batch("batch_norm1d", "BatchNorm1d", 1),
    _batch("batch_norm2d", "BatchNorm2d", 2),
    _batch("batch_norm3d", "BatchNorm3d", 3),
    LayerSpec(
        id="layer_norm",
        title="LayerNorm",
        category="norm",
        help="Gives the features of every sample mean 0 and variance 1.",
        formula=_FORMULA + "   (μ, σ² over the last dimensions)",
        source="Ba et al. 2016, Layer Normalization",
        params=(
            _LAST,
            EPS,
            AFFINE,
            flag("bias", "Shift", "Learn the offset β too.", default=True),
        ),
        aliases=("ln", "transformer"),
    ),
    LayerSpec(
        id="group_norm",
        title="GroupNorm",
        category="norm",
        help="Gives every group of channels of every sample mean 0 and variance 1.",
        formula=_FORMULA + "   (μ, σ² per sample and group)",
        source="Wu & He 2018, Group Normalization",
        params=(
            count("num_groups", 8, "Groups", "Must divide the number of channels."),
            EPS,
            AFFINE,
        ),
        inputs=(Port("input", "float", "N×C×…"),),
        summary=("num_groups",),
        aliases=("gn",),
    ),
    _instance("instance_norm1d", "InstanceNorm1d", 1),
    _instance("instance_norm2d", "InstanceNorm2d", 2),
    _instance("instance_norm3d", "InstanceNorm3d", 3),
    LayerSpec(
        id="rms_norm",
        title="RMSNorm",
        category="norm",
        help="Divides by the root mean square of the features.",
        formula="y = γ·x / √(mean(x²) + ε)",
        source="Zhang & Sennrich 2019, Root Mean Square Layer Normalization",
        params=(_LAST, EPS, AFFINE),
        aliases=("transformer", "llama"),
    ),
    LayerSpec(
        id="local_response_norm",
        title="LocalResponseNorm",
        category="norm",
        help="Damps a value by the squares of its neighbouring channels.",
        formula="y = x / (k + α/n·Σ x²)^β",
        source="Krizhevsky et al. 2012, AlexNet",
        params=(
            count("size", 5, "Channels", "Width of the neighbourhood, n."),
            positive("alpha", 1e-4, "α", "Strength."),
            positive("beta", 0.75, "β", "Exponent."),
            positive("k", 1.0, "k", "Offset."),
        ),
        inputs=(Port("input", "float", "N×C×…"),),
        summary=("size",),
        aliases=("lrn", "alexnet"),
    ),
    LayerSpec(
        id="normalize",
        title="Normalize",
        category="norm",
        help="Divides by the length, so that every vector has length 1.",
        formula="y = x / max(‖x‖ₚ, ε)",
        source="torch.nn.functional.normalize",
        params=(
            dimension("dim", -1, "Dimension"),
            positive("p", 2.0, "p", "Which norm; 2 is the usual length."),
        ),
        summary=("dim",),
        aliases=("l2", "unit length", "cosine"),
    ),
)
