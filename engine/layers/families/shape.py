"""Layers that rearrange, cut, pad or enlarge, and learn nothing."""

from engine.layers.fields import (
    ANY_INPUT,
    ANY_OUTPUT,
    choice,
    count,
    dimension,
    extent,
    flag,
    positive,
)
from engine.layers.spec import LayerSpec, Param, Port, Value

_SPACE = {1: "T", 2: "H×W", 3: "D×H×W"}
_IMAGE = Port("input", "float", "N×C×H×W")


def _shape(
    type_id: str,
    title: str,
    words: str,
    formula: str,
    *params: Param,
    aliases: tuple[str, ...] = (),
    source: str = "",
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="shape",
        help=words,
        formula=formula,
        source=source or f"torch.{type_id}",
        params=params,
        inputs=(ANY_INPUT,),
        outputs=(ANY_OUTPUT,),
        summary=tuple(param.name for param in params[:2]),
        aliases=aliases,
    )


def _ints(name: str, default: Value, label: str, doc: str, low: int) -> Param:
    return Param(name, "ints", default, label, doc, min=low, max=1_000_000)


def _index(name: str, default: int | None, label: str, doc: str) -> Param:
    return Param(name, "int", default, label, doc, optional=default is None)


def _pad(type_id: str, title: str, dims: int) -> LayerSpec:
    modes = ("zeros", "reflect", "replicate", "circular")
    return LayerSpec(
        id=type_id,
        title=title,
        category="shape",
        help="Adds a border on every side.",
        formula="size = in + 2·padding",
        source="torch.nn.functional.pad",
        params=(
            extent("padding", 1, "Padding", dims, low=0, doc="Border on every side."),
            choice("mode", modes, "Mode", "What the border holds."),
        ),
        inputs=(Port("input", "float", f"N×C×{_SPACE[dims]}"),),
        summary=("padding", "mode"),
        aliases=("zero padding", "reflection padding", "border"),
    )


_REARRANGE = (
    _shape(
        "flatten",
        "Flatten",
        "Puts all values of a sample in one row.",
        "N×C×H×W → N×(C·H·W)",
        dimension("start_dim", 1, "From", "First dimension that is joined."),
        dimension("end_dim", -1, "To", "Last dimension that is joined."),
        aliases=("row", "vector"),
    ),
    _shape(
        "unflatten",
        "Unflatten",
        "Splits one dimension into several.",
        "N×(C·H·W) → N×C×H×W",
        dimension("dim", 1, "Dimension"),
        _ints("sizes", (1, -1), "Sizes", "New sizes; one −1 is worked out.", -1),
        aliases=("reshape",),
    ),
    _shape(
        "reshape",
        "Reshape",
        "Gives every sample another shape with the same number of values.",
        "N×… → N×shape",
        _ints("shape", (-1,), "Shape", "Without the batch; one −1 is worked out.", -1),
        aliases=("view",),
    ),
    _shape(
        "squeeze",
        "Squeeze",
        "Removes a dimension of size 1.",
        "N×1×F → N×F",
        dimension("dim", -1, "Dimension"),
    ),
    _shape(
        "unsqueeze",
        "Unsqueeze",
        "Inserts a dimension of size 1.",
        "N×F → N×1×F",
        dimension("dim", 1, "Dimension", "Place of the new dimension."),
    ),
    _shape(
        "permute",
        "Permute",
        "Puts the dimensions in another order.",
        "N×C×T → N×T×C",
        _ints("dims", (2, 1), "Order", "All dimensions but the batch, from 1.", 1),
        aliases=("transpose", "swap"),
    ),
    _shape(
        "transpose",
        "Transpose",
        "Swaps two dimensions.",
        "N×C×T → N×T×C",
        dimension("dim0", 1, "First"),
        dimension("dim1", 2, "Second"),
        aliases=("swap", "permute"),
    ),
)
_CUT = (
    _shape(
        "slice",
        "Slice",
        "Keeps a range of one dimension.",
        "y = x[start : stop : step]",
        dimension("dim", 1, "Dimension"),
        _index("start", 0, "Start", "First place; negative counts from the end."),
        _index("stop", None, "Stop", "First place left out. Automatic: the end."),
        count("step", 1, "Step", "Keep every step-th place."),
        aliases=("crop", "narrow", "cut"),
        source="torch.Tensor slicing",
    ),
    _shape(
        "select",
        "Select",
        "Keeps one place of a dimension, which disappears.",
        "y = x[index]",
        dimension("dim", 1, "Dimension"),
        _index("index", 0, "Index", "Negative counts from the end."),
        aliases=("index", "pick"),
    ),
    _shape(
        "last_step",
        "LastStep",
        "Keeps the last step of a sequence.",
        "N×T×F → N×F",
        aliases=("last", "sequence"),
        source="torch.select",
    ),
    _shape(
        "flip",
        "Flip",
        "Reverses one dimension.",
        "yᵢ = x₍ₙ₋₁₋ᵢ₎",
        dimension("dim", -1, "Dimension"),
        aliases=("reverse", "mirror"),
    ),
    _shape(
        "roll",
        "Roll",
        "Shifts along one dimension; what falls off comes back in front.",
        "yᵢ = x₍ᵢ₋ₛ mod n₎",
        dimension("dim", -1, "Dimension"),
        _index("shift", 1, "Shift", "By how many places."),
        aliases=("shift",),
    ),
    _shape(
        "repeat",
        "Repeat",
        "Repeats the whole input along one dimension.",
        "y = [x, x, …]",
        dimension("dim", 1, "Dimension"),
        count("times", 2, "Times", "How often."),
        aliases=("tile", "expand"),
    ),
    _shape(
        "cast",
        "Cast",
        "Turns whole numbers into decimal ones or back.",
        "y = float(x)  or  int(x)",
        choice("to", ("float", "int"), "To", "Kind of number."),
        aliases=("convert", "dtype", "float", "int"),
        source="torch.Tensor.to",
    ),
)
_RESIZE = (
    LayerSpec(
        id="upsample",
        title="Upsample",
        category="shape",
        help="Enlarges a signal, image or volume without learning.",
        formula="size = in·factor",
        source="torch.nn.Upsample",
        params=(
            positive("scale_factor", 2.0, "Factor", "Of every side."),
            choice(
                "mode",
                ("nearest", "linear", "cubic"),
                "Mode",
                "Linear is bilinear for images; cubic is for images only.",
            ),
            flag("align_corners", "Align corners", "Keep the corner values in place."),
        ),
        inputs=(Port("input", "float", "N×C×T, N×C×H×W or N×C×D×H×W"),),
        summary=("scale_factor", "mode"),
        aliases=("interpolate", "resize", "bilinear"),
    ),
    LayerSpec(
        id="pixel_shuffle",
        title="PixelShuffle",
        category="shape",
        help="Turns groups of channels into finer pixels.",
        formula="N×(C·r²)×H×W → N×C×(H·r)×(W·r)",
        source="Shi et al. 2016",
        params=(count("upscale_factor", 2, "Factor", "r"),),
        inputs=(_IMAGE,),
        summary=("upscale_factor",),
        aliases=("subpixel", "depth to space"),
    ),
    LayerSpec(
        id="pixel_unshuffle",
        title="PixelUnshuffle",
        category="shape",
        help="Turns squares of pixels into channels.",
        formula="N×C×(H·r)×(W·r) → N×(C·r²)×H×W",
        source="torch.nn.PixelUnshuffle",
        params=(count("downscale_factor", 2, "Factor", "r"),),
        inputs=(_IMAGE,),
        summary=("downscale_factor",),
        aliases=("space to depth",),
    ),
    LayerSpec(
        id="channel_shuffle",
        title="ChannelShuffle",
        category="shape",
        help="Mixes the channels of several groups.",
        formula="N×(g·c)×… → N×(c·g)×…",
        source="Zhang et al. 2017, ShuffleNet",
        params=(count("groups", 2, "Groups", "Must divide the channels."),),
        inputs=(Port("input", "float", "N×C×…"),),
        summary=("groups",),
    ),
    LayerSpec(
        id="unfold",
        title="Unfold",
        category="shape",
        help="Cuts an image into patches, one column each.",
        formula="N×C×H×W → N×(C·k·k)×L",
        source="torch.nn.Unfold",
        params=(
            extent("kernel_size", 2, "Patch", 2, doc="Size of a patch."),
            extent("stride", 2, "Stride", 2, doc="From one patch to the next."),
            extent("padding", 0, "Padding", 2, low=0, doc="Border on every side."),
        ),
        inputs=(_IMAGE,),
        outputs=(Port("out", "float", "N×(C·k·k)×L"),),
        summary=("kernel_size", "stride"),
        aliases=("patches", "im2col"),
    ),
)
_SHIFT = LayerSpec(
    id="token_shift",
    title="TokenShift",
    category="shape",
    help="Moves a sequence one step later and puts a start token in front.",
    formula="y₀ = start,  yₜ = xₜ₋₁",
    source="Williams & Zipser 1989, teacher forcing",
    params=(Param("start", "int", 0, "Start token", "What stands first.", min=0),),
    inputs=(Port("input", "any", "N×T tokens, or N×T×F"),),
    outputs=(Port("out", "any", "The same shape"),),
    summary=("start",),
    aliases=("teacher forcing", "seq2seq", "decoder input", "shift right"),
)
_PAD = (_pad("pad1d", "Pad1d", 1), _pad("pad2d", "Pad2d", 2), _pad("pad3d", "Pad3d", 3))
SPECS = (_SHIFT, *_REARRANGE, *_CUT, *_PAD, *_RESIZE)
