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


def _max(dims: int) -> LayerSpec:
    return LayerSpec(
        id=f"max_pool{dims}d",
        title=f"MaxPool{dims}d",
        category="pool",
        help="Keeps the largest value of every window.",
        formula="y = max over the window of x",
        source=f"torch.nn.MaxPool{dims}d",
        params=(
            *_windows(dims),
            extent("dilation", 1, "Dilation", dims, doc="Distance between taps."),
            _CEIL,
        ),
        inputs=_ports(dims),
        summary=("kernel_size",),
        aliases=("maxpool", "downsample"),
    )


def _avg(dims: int) -> LayerSpec:
    return LayerSpec(
        id=f"avg_pool{dims}d",
        title=f"AvgPool{dims}d",
        category="pool",
        help="Takes the mean of every window.",
        formula="y = mean over the window of x",
        source=f"torch.nn.AvgPool{dims}d",
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


def _adaptive(dims: int, kind: str) -> LayerSpec:
    word = {"avg": "mean", "max": "largest value"}[kind]
    title = kind.capitalize()
    return LayerSpec(
        id=f"adaptive_{kind}_pool{dims}d",
        title=f"Adaptive{title}Pool{dims}d",
        category="pool",
        help=f"Takes the {word} of as many windows as the result shall have values.",
        formula=f"y = {'mean' if kind == 'avg' else 'max'} over the window of x",
        source=f"torch.nn.Adaptive{title}Pool{dims}d",
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
    *(_max(dims) for dims in (1, 2, 3)),
    *(_avg(dims) for dims in (1, 2, 3)),
    *(_adaptive(dims, "avg") for dims in (1, 2, 3)),
    *(_adaptive(dims, "max") for dims in (1, 2, 3)),
    _LP,
    _GLOBAL,
)
