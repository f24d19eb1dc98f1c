"""Arithmetic: merge several tensors, or compute on every value of one."""

from engine.layers.fields import (
    FLOAT_INPUT,
    choice,
    count,
    dimension,
    flag,
    number,
    positive,
)
from engine.layers.spec import LayerSpec, Param, Port

_MANY = (Port("inputs", "float", "Two or more, of fitting shapes", variadic=True),)
_PAIR = (Port("left", "float", "N×…"), Port("right", "float", "N×…, fitting"))
_BROADCAST = "Shapes may differ where one has size 1."
_KEEP = flag("keepdim", "Keep dimension", "Leave a dimension of size 1.")


def _many(
    type_id: str, title: str, words: str, formula: str, *params: Param
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="merge",
        help=words,
        formula=formula,
        source="torch." + {"concat": "cat", "average": "mean"}.get(type_id, type_id),
        params=params,
        inputs=_MANY,
        summary=tuple(param.name for param in params),
        aliases={
            "add": ("sum", "plus", "residual", "skip"),
            "multiply": ("product", "times", "gate"),
            "concat": ("cat", "concatenate", "join"),
        }.get(type_id, ()),
    )


def _pair(type_id: str, title: str, words: str, formula: str) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="merge",
        help=words,
        formula=formula,
        source=f"torch.{type_id}",
        inputs=_PAIR,
    )


def _each(
    type_id: str, title: str, words: str, formula: str, *params: Param
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="merge",
        help=words,
        formula=formula,
        source=f"torch.{type_id}",
        params=params,
        inputs=(FLOAT_INPUT,),
        summary=tuple(param.name for param in params[:2]),
        aliases=("math",),
    )


def _reduce(type_id: str, title: str, words: str, formula: str) -> LayerSpec:
    kind = title.removeprefix("Reduce").lower()
    return LayerSpec(
        id=type_id,
        title=title,
        category="merge",
        help=words,
        formula=formula,
        source="torch." + {"max": "amax", "min": "amin"}.get(kind, kind),
        params=(
            Param(
                "dims",
                "ints",
                (-1,),
                "Dimensions",
                "Counted from the batch (0, not allowed); −1 is the last.",
                min=-8,
                max=8,
            ),
            _KEEP,
        ),
        inputs=(FLOAT_INPUT,),
        summary=("dims",),
        aliases=(kind, "pool"),
    )


_MERGE = (
    _many("add", "Add", f"Adds its inputs. {_BROADCAST}", "y = x₁ + x₂ + …"),
    _many("multiply", "Multiply", f"Multiplies. {_BROADCAST}", "y = x₁ ⊙ x₂ ⊙ …"),
    _many("average", "Average", f"Mean of its inputs. {_BROADCAST}", "y = (Σ xᵢ)/n"),
    _many("maximum", "Maximum", "Largest of its inputs.", "y = max(x₁, x₂, …)"),
    _many("minimum", "Minimum", "Smallest of its inputs.", "y = min(x₁, x₂, …)"),
    _many(
        "concat",
        "Concat",
        "Puts its inputs one behind the other along a dimension.",
        "y = [x₁, x₂, …]",
        dimension("dim", 1, "Dimension", "Where they are joined; 1 is the channels."),
    ),
    _many(
        "stack",
        "Stack",
        "Puts its inputs on top of each other in a new dimension.",
        "N×F, N×F → N×2×F",
        dimension("dim", 1, "Dimension", "Place of the new dimension."),
    ),
    _pair("subtract", "Subtract", f"Left minus right. {_BROADCAST}", "y = a − b"),
    _pair("divide", "Divide", f"Left divided by right. {_BROADCAST}", "y = a / b"),
    _pair("matmul", "MatMul", "Matrix product of the last two dimensions.", "y = a·b"),
    LayerSpec(
        id="cosine_similarity",
        title="CosineSimilarity",
        category="merge",
        help="Cosine of the angle between two vectors.",
        formula="y = a·b / (‖a‖·‖b‖)",
        source="torch.nn.CosineSimilarity",
        params=(dimension("dim", -1, "Dimension"),),
        inputs=_PAIR,
    ),
    LayerSpec(
        id="pairwise_distance",
        title="PairwiseDistance",
        category="merge",
        help="Distance between two vectors.",
        formula="y = ‖a − b‖ₚ",
        source="torch.nn.PairwiseDistance",
        params=(positive("p", 2.0, "p", "Which norm; 2 is the usual distance."),),
        inputs=_PAIR,
    ),
)
_EACH = (
    _each(
        "scale",
        "Scale",
        "Multiplies by a factor and adds an offset, both fixed.",
        "y = factor·x + offset",
        number("factor", 1.0, "Factor", "Multiplied."),
        number("offset", 0.0, "Offset", "Added."),
    ),
    _each(
        "power",
        "Power",
        "Raises to a power.",
        "y = xᵖ",
        number("exponent", 2.0, "Exponent", "p"),
    ),
    _each("exp", "Exp", "Exponential function.", "y = eˣ"),
    _each(
        "log",
        "Log",
        "Natural logarithm; values under the limit are lifted to it.",
        "y = ln(max(x, ε))",
        Param("eps", "float", 1e-12, "Limit", "ε", min=0.0, max=1.0),
    ),
    _each("sqrt", "Sqrt", "Square root.", "y = √x"),
    _each("square", "Square", "Square.", "y = x²"),
    _each("abs", "Abs", "Absolute value.", "y = |x|"),
    _each("negative", "Negative", "Changes the sign.", "y = −x"),
    _each("sin", "Sin", "Sine; an activation for coordinates.", "y = sin(x)"),
    _each("cos", "Cos", "Cosine.", "y = cos(x)"),
    _each(
        "clamp",
        "Clamp",
        "Limits to a range; no gradient outside.",
        "y = min(max(x, low), high)",
        Param("low", "float", 0.0, "Low", "Lower limit.", optional=True, unset="none"),
        Param(
            "high", "float", 1.0, "High", "Upper limit.", optional=True, unset="none"
        ),
    ),
)
_REDUCE = (
    _reduce("reduce_mean", "ReduceMean", "Mean over some dimensions.", "y = mean(x)"),
    _reduce("reduce_sum", "ReduceSum", "Sum over some dimensions.", "y = Σ x"),
    _reduce(
        "reduce_max", "ReduceMax", "Largest value over some dimensions.", "y = max(x)"
    ),
    _reduce(
        "reduce_min", "ReduceMin", "Smallest value over some dimensions.", "y = min(x)"
    ),
    _reduce(
        "reduce_std",
        "ReduceStd",
        "Standard deviation over some dimensions.",
        "y = √var(x)",
    ),
    LayerSpec(
        id="argmax",
        title="ArgMax",
        category="merge",
        help="Place of the largest value; no gradient.",
        formula="y = argmax(x)",
        source="torch.argmax",
        params=(dimension("dim", -1, "Dimension"),),
        inputs=(FLOAT_INPUT,),
        outputs=(Port("out", "int", "Whole numbers"),),
        summary=("dim",),
        aliases=("class", "predict"),
    ),
)
_RANDOM = (
    LayerSpec(
        id="reparameterise",
        title="Reparameterise",
        category="merge",
        help="Draws from a normal distribution so that gradients reach its parameters.",
        formula="z = μ + e^(s/2)·ε",
        source="Kingma & Welling 2013, Auto-Encoding Variational Bayes",
        inputs=(
            Port("mean", "float", "μ, N×…"),
            Port("log_variance", "float", "s = ln σ², same shape"),
            Port("noise", "float", "ε, same shape: a Noise node"),
        ),
        aliases=("vae", "sample", "latent"),
    ),
    LayerSpec(
        id="noise_schedule",
        title="NoiseSchedule",
        category="merge",
        help="Mixes samples with noise, as much as a random time step says.",
        formula="x_t = √ᾱ_t·x + √(1 − ᾱ_t)·ε,  t = ⌊u·T⌋",
        source="Ho et al. 2020, DDPM; Nichol & Dhariwal 2021 (cosine)",
        params=(
            count("steps", 100, "Steps", "T: from the sample to pure noise."),
            choice("schedule", ("linear", "cosine"), "Schedule", "How ᾱ falls."),
            choice(
                "predict",
                ("noise", "sample", "velocity"),
                "Target",
                "What the network has to find: ε, x, or √ᾱ·ε − √(1 − ᾱ)·x.",
            ),
        ),
        inputs=(
            Port("input", "float", "x, N×…"),
            Port("noise", "float", "ε, same shape: a normal Noise node"),
            Port("time", "float", "u, N×1: a uniform Noise node"),
        ),
        outputs=(
            Port("noisy", "float", "x_t, the same shape"),
            Port("time", "float", "t, N×1: 0 … T − 1"),
            Port("target", "float", "What the network has to find"),
        ),
        summary=("steps", "schedule"),
        aliases=("diffusion", "ddpm", "denoising"),
    ),
)
SPECS = (*_MERGE, *_EACH, *_REDUCE, *_RANDOM)
