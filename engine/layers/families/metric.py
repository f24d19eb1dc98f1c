"""Metrics: numbers to judge a network by; nothing is trained on them."""

from engine.layers.families.loss import CLASS_DIM, IGNORED
from engine.layers.fields import (
    LABELS,
    LOGITS,
    METRIC_OUT,
    PREDICTION,
    TARGET,
    choice,
    count,
    number,
    positive,
)
from engine.layers.spec import LayerSpec, Param, Port, Ports

_SCORED = (LOGITS, Port("target", "any", "Class numbers, N or N×…"))
_THRESHOLD = number(
    "threshold",
    0.0,
    "Threshold",
    "With a single output: yes from here on; 0 for scores, 0.5 for probabilities.",
)


def _metric(
    type_id: str,
    title: str,
    words: str,
    formula: str,
    *params: Param,
    inputs: Ports = _SCORED,
    aliases: tuple[str, ...] = (),
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="metric",
        help=words,
        formula=formula,
        source="Definition in the formula, over the whole set",
        params=params,
        inputs=inputs,
        outputs=METRIC_OUT,
        summary=tuple(param.name for param in params[:1]),
        aliases=aliases,
    )


_AVERAGE = choice(
    "average",
    ("macro", "micro"),
    "Average",
    "Macro: mean over the classes; micro: over all decisions.",
)
_NUMBERS = (PREDICTION, TARGET)

SPECS = (
    _metric(
        "accuracy",
        "Accuracy",
        "Share of right answers.",
        "correct / all",
        Param(
            "classes",
            "ints",
            (),
            "Classes",
            "Only these can be the answer (masked); empty is all (one head). Tasks "
            "that share a head are judged both ways.",
            min=0,
            max=1_000_000,
            unset="all",
        ),
        _THRESHOLD,
        CLASS_DIM,
        IGNORED,
        aliases=("classification", "correct", "masked"),
    ),
    _metric(
        "top_k",
        "TopKAccuracy",
        "Share of samples whose class is among the k highest scores.",
        "|{t ∈ top k}| / all",
        count("k", 5, "k", "How many guesses count."),
        CLASS_DIM,
        IGNORED,
        inputs=(LOGITS, LABELS),
        aliases=("top-5",),
    ),
    _metric(
        "f1",
        "F1",
        "Harmonic mean of precision and recall.",
        "2·TP / (2·TP + FP + FN)",
        _AVERAGE,
        _THRESHOLD,
        CLASS_DIM,
        IGNORED,
        aliases=("f-score",),
    ),
    _metric(
        "precision",
        "Precision",
        "Share of the answers “this class” that are right.",
        "TP / (TP + FP)",
        _AVERAGE,
        _THRESHOLD,
        CLASS_DIM,
        IGNORED,
    ),
    _metric(
        "recall",
        "Recall",
        "Share of a class that is found.",
        "TP / (TP + FN)",
        _AVERAGE,
        _THRESHOLD,
        CLASS_DIM,
        IGNORED,
        aliases=("sensitivity",),
    ),
    _metric(
        "perplexity",
        "Perplexity",
        "Among how many equally likely words the network hesitates.",
        "exp(−mean(ln softmax(y)[t]))",
        CLASS_DIM,
        IGNORED,
        inputs=(LOGITS, LABELS),
        aliases=("language model",),
    ),
    _metric(
        "r2",
        "R²",
        "Share of the target's variance that is explained; 1 is perfect.",
        "1 − Σ(y − t)² / Σ(t − mean t)²",
        inputs=_NUMBERS,
        aliases=("r2", "coefficient of determination", "regression"),
    ),
    _metric(
        "mae",
        "MAE",
        "Mean absolute error.",
        "mean(|y − t|)",
        inputs=_NUMBERS,
        aliases=("mean absolute error", "regression"),
    ),
    _metric(
        "rmse",
        "RMSE",
        "Root of the mean squared error, in the target's own unit.",
        "√mean((y − t)²)",
        inputs=_NUMBERS,
        aliases=("root mean squared error", "regression"),
    ),
    _metric(
        "exact_match",
        "ExactMatch",
        "Share of sequences in which every single answer is right.",
        "|{n : all tₙᵢ = argmax yₙᵢ}| / N",
        CLASS_DIM,
        IGNORED,
        inputs=(LOGITS, LABELS),
        aliases=("seq2seq", "accuracy"),
    ),
    _metric(
        "mode_coverage",
        "ModeCoverage",
        "Compares points with centres on a circle, such as 8 Gaussians.",
        "within: |{x : min |x − c| ≤ k·σ}| / N;  modes: centres with such a point",
        choice(
            "measure",
            ("within", "modes"),
            "Measure",
            "Share of points near a centre, or number of centres with points near.",
        ),
        count("modes", 8, "Modes", "Centres, evenly spaced, the first on the right."),
        positive("radius", 2.0, "Radius", "Of the circle."),
        positive("sigma", 0.1, "σ", "Standard deviation of one mode."),
        positive("factor", 3.0, "k", "Near is within k·σ."),
        inputs=(Port("input", "float", "N×2: points"),),
        aliases=("gan", "mode collapse", "gaussians"),
    ),
)
