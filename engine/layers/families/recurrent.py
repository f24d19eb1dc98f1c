"""Recurrent layers: they read a sequence step by step."""

from engine.layers.fields import BIAS, choice, count, flag, fraction
from engine.layers.spec import LayerSpec, Param, Port

_PARAMS = (
    count("hidden_size", 64, "Units", "Size of the state."),
    Param(
        "num_layers",
        "int",
        1,
        "Layers",
        "Layers on top of each other.",
        min=1,
        max=64,
    ),
    choice(
        "output",
        ("sequence", "last"),
        "Output",
        "The state after every step (N×T×H), or only after the last (N×H).",
    ),
    flag("bidirectional", "Both directions", "Read the sequence backwards too."),
    fraction("dropout", 0.0, "Dropout", "Between the layers, while training."),
    BIAS,
)
_INPUTS = (
    Port("input", "float", "N×T×F: one vector per step"),
    Port("initial", "float", "N×H: state before the first step", optional=True),
    Port(
        "lengths",
        "int",
        "N: steps that count; or N×T: tokens, 0 fills up at the end",
        optional=True,
    ),
)
_OUTPUTS = (
    Port("out", "float", "N×T×H, or N×H for the last step"),
    Port("hidden", "float", "N×H: state of the top layer after the last step"),
)


def _recurrent(
    type_id: str, title: str, words: str, formula: str, source: str, *extra: Param
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="recurrent",
        help=words,
        formula=formula,
        source=source,
        params=(*_PARAMS, *extra),
        inputs=_INPUTS,
        outputs=_OUTPUTS,
        summary=("hidden_size", "output"),
        aliases=("recurrent", "sequence", "memory"),
    )


SPECS = (
    _recurrent(
        "rnn",
        "RNN",
        "A state that is updated from the input and itself at every step.",
        "hₜ = tanh(W·xₜ + U·hₜ₋₁ + b)",
        "Elman 1990, Finding Structure in Time",
        choice("nonlinearity", ("tanh", "relu"), "Activation", "Squeezes the state."),
    ),
    _recurrent(
        "lstm",
        "LSTM",
        "A state with gates that decide what to keep, write and show.",
        "cₜ = f⊙cₜ₋₁ + i⊙g,  hₜ = o⊙tanh(cₜ);  i, f, o = σ(…),  g = tanh(…)",
        "Hochreiter & Schmidhuber 1997, Long Short-Term Memory",
    ),
    _recurrent(
        "gru",
        "GRU",
        "A state with two gates; simpler than LSTM and often as good.",
        "hₜ = (1 − z)⊙n + z⊙hₜ₋₁,  n = tanh(W·xₜ + r⊙(U·hₜ₋₁))",
        "Cho et al. 2014",
    ),
)
