"""Where values come from: data, noise, constants; and blocks made by the user."""

from engine.layers.datasets.catalogue import DATA
from engine.layers.fields import choice, flag, number
from engine.layers.spec import LayerSpec, Param

_SHAPE_DOC = "Shape of one sample, without the batch."

NOISE = LayerSpec(
    id="noise",
    title="Noise",
    category="io",
    help="Fresh random numbers for every sample of every step.",
    formula="z ~ N(0, 1)  or  U(0, 1)",
    source="torch.randn, torch.rand",
    params=(
        Param("shape", "shape", (8,), "Shape", _SHAPE_DOC, min=1, max=1_000_000),
        choice("distribution", ("normal", "uniform"), "Distribution", "Of the values."),
    ),
    inputs=(),
    summary=("shape", "distribution"),
    aliases=("random", "latent", "gan", "gaussian"),
)
CONSTANT = LayerSpec(
    id="constant",
    title="Constant",
    category="io",
    help="The same number everywhere; fits every batch.",
    formula="y = c",
    source="torch.full",
    params=(
        number("value", 1.0, "Value", "The number."),
        Param("shape", "shape", (1,), "Shape", _SHAPE_DOC, min=1, max=1_000_000),
        flag("learned", "Learned", "Train it, starting from the value."),
    ),
    inputs=(),
    summary=("value",),
    aliases=("parameter", "bias", "number"),
)
BLOCK = LayerSpec(
    id="block",
    title="Block",
    category="io",
    help="A network of your own as one node; its ports come from the block.",
    source="",
    params=(
        Param("of", "text", "", "Block", "Which block stands here."),
        Param(
            "repeat",
            "int",
            1,
            "Repeat",
            "So many in a row, each with its own weights.",
            min=1,
            max=1000,
        ),
        Param(
            "share",
            "text",
            None,
            "Share weights",
            "Blocks of the same kind with the same word here use the same weights.",
            optional=True,
        ),
    ),
    inputs=(),
    outputs=(),
    summary=("of", "repeat"),
    aliases=("group", "module", "subgraph"),
)
SPECS = (DATA, NOISE, CONSTANT, BLOCK)
