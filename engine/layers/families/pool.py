"""Pooling: many values become one."""

from engine.layers.fields import extent, flag
from engine.layers.spec import LayerSpec, Param, Port

_SHAPES = {1: "N×C×T", 2: "N×C×H×W", 3: "N×C×D×H×W"}
_CEIL = flag("ceil_mode", "Round up", "Keep a last window that is only partly filled.")


def _windows(dims: int) -> tuple[Param, ...]:
    return (
        extent("kernel_size", 2, "Kernel", dims, doc="Size of the window."),
        extent(
            "stride",
            None,
            "Stride",
            dims,
            doc="Step between windows. Automatic: the kernel size.",
        ),
        extent(
            "padding",
            0,
            "Padding",
            dims,
            low=0,
            doc="Border on every side; at most half the kernel.",
        ),
    )


def _ports(dims: int) -> tuple[Port, ...]:
    return (Port("input", "float", _SHAPES[dims]),)


def _max(type_id: str, title: str, dims: int) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="pool",
        help="Keeps the largest value of every window.",
        formula="y = max over the window of x",
        source=f"torch.nn.{title}",
        params=(
            *_windows(dims),
            extent("dilation", 1, "Dilation", dims, doc="Distance between taps."),
            _CEIL,
        ),
        inputs=_ports(dims),
        summary=("kernel_size",),
        aliases=("maxpool", "downsample"),
    )


def _avg(type_id: str, title: str, dims: int) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="pool",
        help="Takes the mean of every window.",
        formula="y = mean over the window of x",
        source=f"torch.nn.{title}",
        params=(
            *_windows(dims),
            _CEIL,
            flag(
                "count_include_pad",
                "Count the border",
                "The border's zeros take part in the mean.",
                default=True,
            ),
        ),
        inputs=_ports(dims),
        summary=("kernel_size",),
        aliases=("average pooling", "mean pooling", "downsample"),
    )


def _adaptive(type_id: str, title: str, dims: int, kind: str) -> LayerSpec:
    word = {"mean": "mean", "max": "largest value"}[kind]
    return LayerSpec(
        id=type_id,
        title=title,
        category="pool",
        help=f"Takes the {word} of as many windows as the result shall have values.",
        formula=f"y = {kind} over the window of x",
        source=f"torch.nn.{title}",
        params=(
            extent("output_size", 1, "Output size", dims, doc="Size of the result."),
        ),
        inputs=_ports(dims),
        summary=("output_size",),
        aliases=("global pooling",),
    )


_LP = LayerSpec(
    id="lp_pool2d",
    title="LPPool2d",
    category="pool",
    help="Takes the p-norm of every window.",
    formula="y = (Σ xᵖ)^(1/p) over the window",
    source="torch.nn.LPPool2d",
    params=(
        Param("norm_type", "float", 2.0, "p", "1 is the sum.", min=1.0, max=64.0),
        *_windows(2)[:2],
        _CEIL,
    ),
    inputs=_ports(2),
    summary=("norm_type", "kernel_size"),
)
_GLOBAL = LayerSpec(
    id="global_avg_pool",
    title="GlobalAvgPool",
    category="pool",
    help="Takes the mean of every channel: one number per channel remains.",
    formula="yₖ = mean of xₖ",
    source="Lin et al. 2013, Network In Network",
    inputs=(Port("input", "float", "N×C×… → N×C"),),
    aliases=("gap", "mean pooling"),
)
SPECS = (
    _max("max_pool1d", "MaxPool1d", 1),
    _max("max_pool2d", "MaxPool2d", 2),
    _max("max_pool3d", "MaxPool3d", 3),
    _avg("avg_pool1d", "AvgPool1d", 1),
    _avg("avg_pool2d", "AvgPool2d", 2),
    _avg("avg_pool3d", "AvgPool3d", 3),
    _adaptive("adaptive_avg_pool1d", "AdaptiveAvgPool1d", 1, "mean"),
    _adaptive("adaptive_avg_pool2d", "AdaptiveAvgPool2d", 2, "mean"),
    _adaptive("adaptive_avg_pool3d", "AdaptiveAvgPool3d", 3, "mean"),
    _adaptive("adaptive_max_pool1d", "AdaptiveMaxPool1d", 1, "max"),
    _adaptive("adaptive_max_pool2d", "AdaptiveMaxPool2d", 2, "max"),
    _adaptive("adaptive_max_pool3d", "AdaptiveMaxPool3d", 3, "max"),
    _LP,
    _GLOBAL,
)
