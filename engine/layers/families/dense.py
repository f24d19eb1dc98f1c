"""Dense layers, embeddings and dropout."""

from engine.layers.fields import ANY_INPUT, ANY_OUTPUT, BIAS, count, flag, fraction
from engine.layers.spec import LayerSpec, Param, Port

_OUT = count("out_features", 64, "Outputs", "Number of units; the size of the result.")
_RANK = count("rank", 4, "Rank", "r: size of the bottleneck of the correction.")
_ALPHA = Param("alpha", "float", 8.0, "Alpha", "Strength of it, over the rank.")
_SRIVASTAVA = "Srivastava et al. 2014, Dropout"


def _dropout(type_id: str, title: str, what: str, shape: str) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="dense",
        help=f"Sets {what} to zero at random while training; does nothing otherwise.",
        formula="y = x · m / (1 − p),  m ~ Bernoulli(1 − p)",
        source=_SRIVASTAVA,
        params=(fraction("p", 0.5, "Probability", "Share that is set to zero."),),
        inputs=(Port("input", "float", shape),),
        summary=("p",),
        aliases=("regularisation",),
    )


def _alpha_dropout(type_id: str, title: str, what: str, shape: str) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="dense",
        help=f"Dropout of {what} that keeps mean and variance; goes with SELU.",
        formula="y = a·(x·m + α′·(1 − m)) + b,  m ~ Bernoulli(1 − p)",
        source="Klambauer et al. 2017, Self-Normalizing Neural Networks",
        params=(fraction("p", 0.5, "Probability", "Share that is dropped."),),
        inputs=(Port("input", "float", shape),),
        summary=("p",),
    )


SPECS = (
    LayerSpec(
        id="linear",
        title="Linear",
        category="dense",
        help="Every output is a weighted sum of all inputs plus a bias.",
        formula="y = x·Wᵀ + b",
        source="torch.nn.Linear; Rosenblatt 1958, The Perceptron",
        params=(_OUT, BIAS),
        inputs=(Port("input", "float", "N×…×F: acts on the last dimension"),),
        summary=("out_features",),
        aliases=("dense", "fully connected", "fc", "affine", "perceptron"),
    ),
    LayerSpec(
        id="bilinear",
        title="Bilinear",
        category="dense",
        help="Every output is a weighted sum of all products of two inputs.",
        formula="yₖ = x₁ᵀ·Wₖ·x₂ + bₖ",
        source="torch.nn.Bilinear",
        params=(_OUT, BIAS),
        inputs=(Port("left", "float", "N×…×F₁"), Port("right", "float", "N×…×F₂")),
        summary=("out_features",),
    ),
    LayerSpec(
        id="embedding",
        title="Embedding",
        category="dense",
        help="Looks up a learned vector for every whole number.",
        formula="y = W[x]",
        source="torch.nn.Embedding; Bengio et al. 2003",
        params=(
            count("num_embeddings", 256, "Entries", "Inputs are 0 … entries − 1."),
            count("embedding_dim", 64, "Vector size", "Numbers per entry."),
            Param(
                "padding_idx",
                "int",
                None,
                "Padding index",
                "The entry that stays zero and isn't trained.",
                min=0,
                optional=True,
                unset="none",
            ),
        ),
        inputs=(Port("input", "int", "N×…: whole numbers"),),
        summary=("num_embeddings", "embedding_dim"),
        aliases=("lookup", "token", "word vector"),
    ),
    LayerSpec(
        id="tied_embedding",
        title="TiedEmbedding",
        category="dense",
        help="Looks whole numbers up in a table; scores vectors against all of it.",
        formula="y = W[x] of whole numbers,  y = x·Wᵀ of vectors",
        source="Press & Wolf 2017, Using the Output Embedding to Improve LMs",
        params=(
            count("num_embeddings", 256, "Entries", "Inputs are 0 … entries − 1."),
            count("embedding_dim", 64, "Vector size", "Numbers per entry."),
        ),
        inputs=(Port("input", "any", "N×… whole numbers, or N×…×F"),),
        summary=("num_embeddings", "embedding_dim"),
        aliases=("token", "weight tying", "llama", "gpt", "lookup"),
    ),
    LayerSpec(
        id="identity",
        title="Identity",
        category="dense",
        help="Passes its input on unchanged.",
        formula="y = x",
        source="torch.nn.Identity",
        inputs=(ANY_INPUT,),
        outputs=(ANY_OUTPUT,),
        aliases=("pass", "skip"),
    ),
    LayerSpec(
        id="reroute",
        title="Reroute",
        category="shape",
        help="A point that a wire runs through, to lead it around other nodes.",
        formula="y = x",
        source="torch.nn.Identity",
        inputs=(ANY_INPUT,),
        outputs=(ANY_OUTPUT,),
        aliases=("dot", "knot", "wire"),
    ),
    LayerSpec(
        id="learned_scale",
        title="Scale (learned)",
        category="dense",
        help="Multiplies by a learned factor and adds a learned offset per feature.",
        formula="y = γ·x + β",
        source="Touvron et al. 2021, Going deeper with Image Transformers (LayerScale)",
        params=(
            Param("initial", "float", 1.0, "Initial factor", "Where γ starts."),
            BIAS,
        ),
        inputs=(Port("input", "float", "N×…×F: acts on the last dimension"),),
        aliases=("layerscale", "gain"),
    ),
    LayerSpec(
        id="low_rank",
        title="LowRank",
        category="dense",
        help="A small correction, zero at first, to be added to a layer beside it.",
        formula="y = (α/r)·(x·Aᵀ)·Bᵀ,  B starts at 0",
        source="Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
        params=(_OUT, _RANK, _ALPHA),
        inputs=(Port("input", "float", "N×…×F: acts on the last dimension"),),
        summary=("out_features", "rank"),
        aliases=("lora", "adapter", "fine-tune", "bottleneck", "peft"),
    ),
    LayerSpec(
        id="lora_linear",
        title="LoRALinear",
        category="dense",
        help="A linear layer that stays as it is; only a small correction is trained.",
        formula="y = x·Wᵀ + b + (α/r)·(x·Aᵀ)·Bᵀ,  W and b frozen",
        source="Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
        params=(_OUT, _RANK, _ALPHA, BIAS),
        inputs=(Port("input", "float", "N×…×F: acts on the last dimension"),),
        summary=("out_features", "rank"),
        aliases=("adapter", "fine-tune", "low rank", "peft"),
    ),
    LayerSpec(
        id="gradient_reversal",
        title="GradientReversal",
        category="dense",
        help="Passes its input on; the gradient comes back with the other sign.",
        formula="y = x,  ∂L/∂x = −λ·∂L/∂y",
        source="Ganin & Lempitsky 2015, Domain Adaptation by Backpropagation",
        params=(Param("factor", "float", 1.0, "Factor", "λ", min=0.0),),
        summary=("factor",),
        aliases=("domain adaptation", "adversarial"),
    ),
    _dropout("dropout", "Dropout", "single values", "N×…: any shape"),
    _dropout("dropout1d", "Dropout1d", "whole channels", "N×C×T"),
    _dropout("dropout2d", "Dropout2d", "whole channels", "N×C×H×W"),
    _dropout("dropout3d", "Dropout3d", "whole channels", "N×C×D×H×W"),
    _alpha_dropout("alpha_dropout", "AlphaDropout", "single values", "N×…"),
    _alpha_dropout(
        "feature_alpha_dropout", "FeatureAlphaDropout", "whole channels", "N×C×…"
    ),
    LayerSpec(
        id="gaussian_noise",
        title="GaussianNoise",
        category="dense",
        help="Adds normal noise while training; does nothing otherwise.",
        formula="y = x + σ·ε,  ε ~ N(0, 1)",
        source="Bishop 1995, Training with Noise Is Equivalent to Regularization",
        params=(Param("std", "float", 0.1, "Standard deviation", "σ", min=0.0),),
        summary=("std",),
        aliases=("regularisation", "augment"),
    ),
    LayerSpec(
        id="one_hot",
        title="OneHot",
        category="dense",
        help="Turns every class number into a vector with a single 1.",
        formula="yₖ = [x = k]",
        source="torch.nn.functional.one_hot",
        params=(count("num_classes", 10, "Classes", "Inputs are 0 … classes − 1."),),
        inputs=(Port("input", "int", "N×…: whole numbers"),),
        summary=("num_classes",),
    ),
    LayerSpec(
        id="stop_gradient",
        title="StopGradient",
        category="dense",
        help="Passes its input on, but lets no gradient back.",
        formula="y = x,  ∂y/∂x := 0",
        source="torch.Tensor.detach",
        params=(
            flag(
                "enabled", "Enabled", "Switch off to let gradients pass.", default=True
            ),
        ),
        inputs=(ANY_INPUT,),
        outputs=(ANY_OUTPUT,),
        aliases=("detach", "freeze"),
    ),
)
