"""Parameters and ports that many catalogue entries have in common."""

from engine.layers.spec import Param, Port, Value

BIAS = Param(
    "bias", "bool", default=True, label="Bias", doc="Add a learned offset per output."
)
EPS = Param(
    "eps",
    "float",
    1e-5,
    "Epsilon",
    "Added to the variance so that a division by zero can't happen.",
    min=0.0,
    max=1.0,
    exclusive_min=True,
    log=True,
)
AFFINE = Param(
    "affine",
    "bool",
    default=True,
    label="Scale and shift",
    doc="Learn a factor and an offset after normalising.",
)
WEIGHT = Param(
    "weight",
    "float",
    1.0,
    "Weight",
    "Factor of this loss in the total that its phase minimises.",
)

FLOAT_INPUT = Port("input", "float", "N×…: any shape")
ANY_INPUT = Port("input", "any", "N×…: any shape")
ANY_OUTPUT = Port("out", "any")
PREDICTION = Port("input", "float", "The network's output, N×…")
TARGET = Port("target", "float", "What it should be, same shape as the input")
LABELS = Port("target", "int", "Class numbers, N or N×…")
LOGITS = Port("input", "float", "One score per class, N×C or N×T×C or N×C×…")
LOSS_OUT = (Port("loss", "loss", "A single number, averaged over the batch"),)
METRIC_OUT = (Port("value", "metric", "A single number over the whole set"),)


def count(name: str, default: int, label: str, doc: str) -> Param:
    """Return a positive whole number, such as a number of outputs."""
    return Param(name, "int", default, label, doc, min=1, max=1_000_000, log=True)


def extent(
    name: str, default: Value, label: str, dims: int, *, low: int = 1, doc: str = ""
) -> Param:
    """Return a size in pixels or steps: one number or one per dimension."""
    return Param(
        name,
        "size",
        default,
        label,
        doc,
        min=low,
        max=65_536,
        dims=dims,
        optional=default is None,
    )


def fraction(name: str, default: float, label: str, doc: str) -> Param:
    """Return a probability or share between 0 and 1."""
    return Param(name, "float", default, label, doc, min=0.0, max=1.0)


def dimension(name: str, default: int, label: str, doc: str = "") -> Param:
    """Return a dimension counted as in torch: 0 is the batch, −1 the last."""
    words = doc or "Counted from the batch (0, not allowed); −1 is the last."
    return Param(name, "int", default, label, words, min=-8, max=8)


def number(name: str, default: float, label: str, doc: str) -> Param:
    """Return any finite number."""
    return Param(name, "float", default, label, doc)


def positive(name: str, default: float, label: str, doc: str) -> Param:
    """Return a number above zero."""
    return Param(name, "float", default, label, doc, min=0.0, exclusive_min=True)


def flag(name: str, label: str, doc: str, *, default: bool = False) -> Param:
    """Return a switch."""
    return Param(name, "bool", default=default, label=label, doc=doc)


def choice(
    name: str, choices: tuple[str, ...], label: str, doc: str, default: str = ""
) -> Param:
    """Return one of several words; the first is the default unless another is given."""
    return Param(name, "choice", default or choices[0], label, doc, choices=choices)
