"""Convolutions in one, two and three dimensions, and transposed ones."""

from engine.layers.fields import BIAS, choice, count, extent
from engine.layers.spec import LayerSpec, Param, Port

_SHAPES = {1: "N×C×T", 2: "N×C×H×W", 3: "N×C×D×H×W"}
_WORDS = {1: "a signal", 2: "an image", 3: "a volume"}
_CHANNELS = count("out_channels", 32, "Channels", "Number of filters.")
_GROUPS = Param(
    "groups",
    "int",
    1,
    "Groups",
    "Input and output channels are split into this many independent parts.",
    min=1,
    max=65_536,
)
_PADDING_DOC = (
    "Border added on every side. Automatic: dilation × (kernel − 1) ÷ 2, "
    "which keeps the size for odd kernels at stride 1."
)


def _common(dims: int) -> tuple[Param, ...]:
    return (
        _CHANNELS,
        extent("kernel_size", 3, "Kernel", dims, doc="Size of the filters."),
        extent("stride", 1, "Stride", dims, doc="Step from one place to the next."),
    )


def _conv(type_id: str, title: str, dims: int) -> LayerSpec:
    padding = Param(
        "padding",
        "size",
        0,
        "Padding",
        _PADDING_DOC,
        min=0,
        max=65_536,
        dims=dims,
        optional=True,
    )
    modes = ("zeros", "reflect", "replicate", "circular")
    return LayerSpec(
        id=type_id,
        title=title,
        category="conv",
        help=f"Slides learned filters over {_WORDS[dims]} and sums at every place.",
        formula="yₖ = bₖ + Σᵢ Wₖᵢ ⋆ xᵢ   (⋆ cross-correlation)",
        source=f"torch.nn.{title}; LeCun et al. 1998",
        params=(
            *_common(dims),
            padding,
            extent("dilation", 1, "Dilation", dims, doc="Distance between taps."),
            _GROUPS,
            BIAS,
            choice("padding_mode", modes, "Padding mode", "What the border holds."),
        ),
        inputs=(Port("input", "float", _SHAPES[dims]),),
        outputs=(Port("out", "float", _SHAPES[dims]),),
        summary=("out_channels", "kernel_size"),
        aliases=("convolution", "filter", f"convolution{dims}d"),
    )


def _transposed(type_id: str, title: str, dims: int) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="conv",
        help=f"Grows {_WORDS[dims]}: every input value paints a learned filter.",
        formula="size = (in − 1)·stride − 2·padding + dilation·(kernel − 1) "
        "+ output padding + 1",
        source=f"torch.nn.{title}; Zeiler et al. 2010",
        params=(
            *_common(dims),
            extent("padding", 0, "Padding", dims, low=0, doc="Cut off on every side."),
            extent(
                "output_padding",
                0,
                "Output padding",
                dims,
                low=0,
                doc="Added to one side of the result; smaller than the stride.",
            ),
            extent("dilation", 1, "Dilation", dims, doc="Distance between taps."),
            _GROUPS,
            BIAS,
        ),
        inputs=(Port("input", "float", _SHAPES[dims]),),
        outputs=(Port("out", "float", _SHAPES[dims]),),
        summary=("out_channels", "kernel_size"),
        aliases=("deconvolution", "transposed convolution", "upsample"),
    )


SPECS = (
    _conv("conv1d", "Conv1d", 1),
    _conv("conv2d", "Conv2d", 2),
    _conv("conv3d", "Conv3d", 3),
    _transposed("conv_transpose1d", "ConvTranspose1d", 1),
    _transposed("conv_transpose2d", "ConvTranspose2d", 2),
    _transposed("conv_transpose3d", "ConvTranspose3d", 3),
)
