"""Losses: what training makes small.

Every loss is averaged over the batch; its `weight` is its factor in the total that a
phase minimises and does not change the number that is shown.
"""

from engine.layers.fields import (
    LABELS,
    LOGITS,
    LOSS_OUT,
    PREDICTION,
    TARGET,
    WEIGHT,
    choice,
    flag,
    fraction,
    positive,
)
from engine.layers.spec import LayerSpec, Param, Port, Ports

CLASS_DIM = choice(
    "class_dim",
    ("automatic", "last", "1"),
    "Class dimension",
    "Where the scores of one sample stand. Automatic: last if the target fits.",
)
_CLASS_WEIGHTS = Param(
    "class_weights",
    "floats",
    (),
    "Class weights",
    "One factor per class; empty means all are equal.",
    min=0.0,
    unset="equal",
)
_IGNORE = Param(
    "ignore_index",
    "int",
    None,
    "Ignored label",
    "Places with this label don't count.",
    optional=True,
    unset="none",
)
IGNORED = Param(
    "ignore_index",
    "int",
    None,
    "Ignored label",
    "Places with this label don't count. Automatic: what the loss of the same scores "
    "ignores; −1 counts all.",
    optional=True,
)
_MARGIN = positive("margin", 1.0, "Margin", "Distance that is asked for.")
_SIGNS = Port("target", "any", "N: 1 or −1")

_SOURCES = {
    "huber": "Huber 1964",
    "smooth_l1": "Girshick 2015, Fast R-CNN",
    "log_cosh": "Saleh & Saleh 2022",
    "gaussian_nll": "Nix & Weigend 1994",
    "kl_gaussian": "Kingma & Welling 2013, Auto-Encoding Variational Bayes",
    "minimise": "Arjovsky et al. 2017, Wasserstein GAN (as critic loss)",
    "hinge": "Cortes & Vapnik 1995, Support-Vector Networks",
    "ctc": "Graves et al. 2006, Connectionist Temporal Classification",
    "triplet_margin": "Schroff et al. 2015, FaceNet",
}


def _loss(
    type_id: str,
    title: str,
    words: str,
    formula: str,
    *params: Param,
    inputs: Ports = (PREDICTION, TARGET),
    aliases: tuple[str, ...] = (),
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="loss",
        help=words,
        formula=formula,
        source=_SOURCES.get(type_id, f"torch.nn.{title}Loss"),
        params=(*params, WEIGHT),
        inputs=inputs,
        outputs=LOSS_OUT,
        summary=("weight",) if not params else (params[0].name,),
        aliases=aliases,
    )


_NUMBERS = (
    _loss(
        "mse",
        "MSE",
        "Mean of the squared differences; usual in regression.",
        "L = mean((y − t)²)",
        aliases=("mean squared error", "l2"),
    ),
    _loss(
        "l1",
        "L1",
        "Mean of the absolute differences; outliers count less than with MSE.",
        "L = mean(|y − t|)",
        aliases=("mean absolute error", "mae"),
    ),
    _loss(
        "huber",
        "Huber",
        "Squared near zero, straight beyond δ.",
        "L = mean(½d² if |d| < δ, else δ·(|d| − ½δ)),  d = y − t",
        positive("delta", 1.0, "δ", "Where the straight part begins."),
    ),
    _loss(
        "smooth_l1",
        "SmoothL1",
        "L1 that is rounded near zero.",
        "L = mean(½d²/β if |d| < β, else |d| − ½β),  d = y − t",
        positive("beta", 1.0, "β", "Width of the rounded part."),
    ),
    _loss(
        "log_cosh",
        "LogCosh",
        "Like MSE near zero and like L1 far away, without a bend.",
        "L = mean(ln cosh(y − t))",
    ),
    _loss(
        "poisson_nll",
        "PoissonNLL",
        "For counts: the input is the logarithm of the expected number.",
        "L = mean(eʸ − t·y)",
        flag("log_input", "Logarithmic", "The input is a logarithm.", default=True),
        flag("full", "Full", "Add the Stirling term."),
    ),
    _loss(
        "gaussian_nll",
        "GaussianNLL",
        "For predictions with their own uncertainty.",
        "L = ½·mean(ln v + (y − t)²/v)",
        flag("full", "Full", "Add the constant term ½·ln 2π."),
        inputs=(PREDICTION, TARGET, Port("variance", "float", "Positive, N×…")),
    ),
    _loss(
        "kl_gaussian",
        "KLGaussian",
        "Distance of a normal distribution from the standard one; for the VAE.",
        "L = ½·mean over N of Σ(μ² + e^s − s − 1)",
        inputs=(
            Port("mean", "float", "μ, N×…"),
            Port("log_variance", "float", "s = ln σ², same shape"),
        ),
        aliases=("vae", "kullback-leibler"),
    ),
    _loss(
        "minimise",
        "Minimise",
        "Makes the mean of its input small; with a negative weight, large.",
        "L = mean(x)",
        inputs=(PREDICTION,),
        aliases=("wasserstein", "custom", "mean"),
    ),
)
_CLASSES = (
    _loss(
        "cross_entropy",
        "CrossEntropy",
        "For one class out of many; takes scores (logits), no softmax before it.",
        "L = −mean(ln softmax(y)[t])",
        fraction("label_smoothing", 0.0, "Label smoothing", "Share given to all."),
        _CLASS_WEIGHTS,
        _IGNORE,
        CLASS_DIM,
        inputs=(
            LOGITS,
            Port("target", "any", "Class numbers, or one probability per class"),
        ),
        aliases=("softmax", "classification", "log loss"),
    ),
    _loss(
        "nll",
        "NLL",
        "Cross-entropy for an input that already is a log-softmax.",
        "L = −mean(y[t])",
        _CLASS_WEIGHTS,
        _IGNORE,
        CLASS_DIM,
        inputs=(Port("input", "float", "Log-probabilities, N×C"), LABELS),
        aliases=("negative log likelihood",),
    ),
    _loss(
        "bce",
        "BCE",
        "For yes or no; takes probabilities between 0 and 1.",
        "L = −mean(t·ln y + (1 − t)·ln(1 − y))",
        inputs=(PREDICTION, Port("target", "any", "0 … 1, same shape")),
        aliases=("binary cross entropy",),
    ),
    _loss(
        "bce_with_logits",
        "BCEWithLogits",
        "For yes or no; takes scores (logits), no sigmoid before it.",
        "L = −mean(t·ln σ(y) + (1 − t)·ln σ(−y))",
        fraction("target", 1.0, "Constant target", "Used when no target is connected."),
        positive("pos_weight", 1.0, "Weight of yes", "Factor of the yes part."),
        inputs=(
            PREDICTION,
            Port("target", "any", "0 … 1, same shape", optional=True),
        ),
        aliases=("binary cross entropy", "gan", "sigmoid"),
    ),
    _loss(
        "kl_div",
        "KLDiv",
        "Distance between two distributions; takes log-probabilities.",
        "L = (1/N)·Σ t·(ln t − y)",
        flag("log_target", "Logarithmic target", "The target is a logarithm too."),
        inputs=(Port("input", "float", "Log-probabilities"), TARGET),
        aliases=("kullback-leibler", "distillation"),
    ),
    _loss(
        "hinge",
        "Hinge",
        "For yes or no as 1 or −1: right answers count from the margin on.",
        "L = mean(max(0, m − t·y))",
        _MARGIN,
        inputs=(PREDICTION, Port("target", "any", "1 or −1, same shape")),
        aliases=("svm", "margin"),
    ),
    _loss(
        "soft_margin",
        "SoftMargin",
        "Hinge without a bend.",
        "L = mean(ln(1 + e^(−t·y)))",
        inputs=(PREDICTION, Port("target", "any", "1 or −1, same shape")),
    ),
    _loss(
        "multi_margin",
        "MultiMargin",
        "Hinge for one class out of many.",
        "L = mean over N of Σⱼ max(0, m − y[t] + y[j]) / C",
        _MARGIN,
        inputs=(Port("input", "float", "N×C"), Port("target", "int", "N")),
        aliases=("svm", "multi-class hinge"),
    ),
    _loss(
        "multilabel_soft_margin",
        "MultiLabelSoftMargin",
        "For several right classes at once.",
        "L = −mean(t·ln σ(y) + (1 − t)·ln σ(−y))",
        inputs=(Port("input", "float", "N×C"), Port("target", "any", "N×C: 0 or 1")),
        aliases=("multi-label",),
    ),
    _loss(
        "ctc",
        "CTC",
        "For a text under a longer signal, without knowing what stands where.",
        "L = −mean(ln Σ over alignments of Π pₜ)",
        Param("blank", "int", 0, "Blank", "The class that means nothing.", min=0),
        inputs=(
            Port("input", "float", "Log-probabilities, N×T×C"),
            Port("target", "int", "N×S: class numbers, S ≤ T"),
            Port(
                "target_lengths",
                "int",
                "N; without it all have length S",
                optional=True,
            ),
        ),
        aliases=("speech", "handwriting", "alignment"),
    ),
)
_DISTANCES = (
    _loss(
        "cosine_embedding",
        "CosineEmbedding",
        "Turns two vectors towards each other (1) or apart (−1).",
        "L = mean(1 − cos)  or  mean(max(0, cos − m))",
        Param("margin", "float", 0.0, "Margin", "m", min=-1.0, max=1.0),
        inputs=(Port("left", "float", "N×F"), Port("right", "float", "N×F"), _SIGNS),
        aliases=("similarity", "contrastive"),
    ),
    _loss(
        "hinge_embedding",
        "HingeEmbedding",
        "Makes distances small (1) or larger than the margin (−1).",
        "L = mean(x)  or  mean(max(0, m − x))",
        _MARGIN,
        inputs=(PREDICTION, Port("target", "any", "1 or −1, same shape")),
        aliases=("contrastive",),
    ),
    _loss(
        "margin_ranking",
        "MarginRanking",
        "Puts the left score above (1) or below (−1) the right one.",
        "L = mean(max(0, −t·(a − b) + m))",
        Param("margin", "float", 0.0, "Margin", "m", min=0.0),
        inputs=(Port("left", "float", "N"), Port("right", "float", "N"), _SIGNS),
        aliases=("ranking",),
    ),
    _loss(
        "triplet_margin",
        "TripletMargin",
        "Makes a sample closer to its like than to the other by a margin.",
        "L = mean(max(0, ‖a − p‖ − ‖a − n‖ + m))",
        _MARGIN,
        inputs=(
            Port("anchor", "float", "N×F"),
            Port("positive", "float", "N×F, like the anchor"),
            Port("negative", "float", "N×F, unlike it"),
        ),
        aliases=("metric learning",),
    ),
)
SPECS = (*_NUMBERS, *_CLASSES, *_DISTANCES)
