"""What stands above a layer's page: its formula, and one sentence."""

from engine.i18n import tr
from engine.protocol.tracing import NodeStep
from workbench.explain.layer.layouts import ACTIVATIONS, GAPS

FORMULAS = {
    "forward": "y = f(x)",
    "backward": "∂L/∂x = (∂y/∂x)ᵀ δ",
    "update": "w ← w + Δw",
    "linear.forward": "z = W x + b",
    "linear.backward": "∂L/∂W = δ xᵀ",
    "conv.forward": "z = W ∗ x + b",
    "conv.backward": "∂L/∂w = Σᵢ δᵢ·xᵢ",
    "activation.forward": "a = f(z)",
    "activation.backward": "∂L/∂z = δ · f′(z)",
    "max_pool.forward": "y = maxₖ xₖ",
    "max_pool.backward": "∂L/∂x = Σⱼ δⱼ·[x won j]",
    "avg_pool.forward": "y = Σₖ xₖ / K",
    "avg_pool.backward": "∂L/∂x = Σⱼ δⱼ / K",
    "norm.forward": "y = γ (x − μ)/σ + β",
    "norm.backward": "∂L/∂x = (γδ − mean(γδ) − x̂·mean(γδ·x̂)) / σ",
    "rms_norm.forward": "y = γ x/σ",
    "rms_norm.backward": "∂L/∂x = (γδ − x̂·mean(γδ·x̂)) / σ",
    "attention.forward": "o = A V, A = softmax(Q Kᵀ/√d)",
    "attention.backward": "δV = Aᵀ δ, δS = A ⊙ (δA − Σ δA ⊙ A)",
    "lstm.forward": "cₜ = f·cₜ₋₁ + i·g, hₜ = o·tanh cₜ",
    "lstm.backward": "∂c_T/∂cₜ = fₜ₊₁ · … · f_T",
    "gru.forward": "hₜ = (1 − z)·n + z·hₜ₋₁",
    "gru.backward": "∂h_T/∂hₜ ≈ zₜ₊₁ · … · z_T",
    "rnn.forward": "hₜ = tanh(W xₜ + U hₜ₋₁ + b)",
    "rnn.backward": "δₜ₋₁ = Uᵀ (δₜ ⊙ f′)",
    "dropout.forward": "y = m·x / (1 − p)",
    "dropout.backward": "∂L/∂x = m·δ / (1 − p)",
    "embedding.forward": "y = W[id]",
    "embedding.backward": "∂L/∂W[id] = Σᵢ δᵢ",
    "cross_entropy.forward": "L = −ln p, p = eᶻ/Σeᶻ",
    "cross_entropy.backward": "∂L/∂z = (p − y)/N",
    "gap.forward": "L = Σ ℓ(ŷ, y) / N",
    "gap.backward": "∂L/∂ŷ = ℓ′(ŷ, y) / N",
}
"""Family and side → formula; each is drawn in `assets/formulas`."""
_SENTENCES = {
    "forward": "Values go in, values come out.",
    "backward": "What comes from the loss is multiplied by the layer's own slopes.",
    "update": "The optimizer moves every weight of the layer.",
    "linear.forward": "Each unit adds up its inputs, each times a weight.",
    "linear.backward": "A weight's gradient is the error at its output times the value "
    "at its input.",
    "conv.forward": "One kernel slides over the input: the same weights everywhere.",
    "conv.backward": "A weight learns at every place at once: its gradient is the sum.",
    "activation.forward": "Every number goes through the same curve by itself.",
    "activation.backward": "Where the curve is flat nothing goes back.",
    "max_pool.forward": "Of every window the largest number goes on.",
    "max_pool.backward": "The winner of a window takes all of its δ, the others "
    "nothing.",
    "avg_pool.forward": "Every window goes on as its mean.",
    "avg_pool.backward": "A window shares its δ out in equal parts.",
    "norm.forward": "A set is brought to mean 0 and spread 1, then stretched by γ and "
    "moved by β.",
    "norm.backward": "The numbers of a set influence each other: what moves all of "
    "them alike goes back to none.",
    "rms_norm.forward": "A set is brought to size 1, then stretched by γ.",
    "rms_norm.backward": "The numbers of a set influence each other: what only makes "
    "all of them larger goes back to none.",
    "attention.forward": "Each place looks at others and takes a weighted mean of "
    "what they hold.",
    "attention.backward": "Where one looks is moved towards what would have lowered "
    "the loss; a place that nobody looks at learns nothing.",
    "lstm.forward": "Gates between 0 and 1 say what is kept, what is written and what "
    "is told.",
    "lstm.backward": "The gradient goes back in time along the cell, times every "
    "forget gate on the way.",
    "gru.forward": "One gate mixes what was with what is new.",
    "gru.backward": "The gradient goes back in time times every gate that kept the "
    "state.",
    "rnn.forward": "The state is made anew at every time from the input and the state "
    "before.",
    "rnn.backward": "Every time back multiplies by the same weights again: it shrinks "
    "or grows.",
    "dropout.forward": "Some numbers are set to 0, the others grow by as much.",
    "dropout.backward": "Only what went forward comes back: the same mask.",
    "embedding.forward": "Each id takes its row out of the table.",
    "embedding.backward": "Only the rows that were used get a gradient.",
    "cross_entropy.forward": "Scores become shares; the loss looks at the share of the "
    "right class.",
    "cross_entropy.backward": "Scores of wrong classes are pushed down, that of the "
    "right one up.",
    "gap.forward": "The loss grows with the gap between answer and target.",
    "gap.backward": "Every answer is pushed towards its target.",
}
_FAMILIES = (
    ("conv", "conv"),
    ("max_pool", "max_pool"),
    ("adaptive_max_pool", "max_pool"),
    ("avg_pool", "avg_pool"),
    ("adaptive_avg_pool", "avg_pool"),
    ("global_avg_pool", "avg_pool"),
    ("batch_norm", "norm"),
    ("instance_norm", "norm"),
    ("group_norm", "norm"),
    ("layer_norm", "norm"),
    ("multihead_attention", "attention"),
    ("scaled_dot_product_attention", "attention"),
    ("dropout", "dropout"),
)
"""How the ids of types begin, and the family whose formula they have."""


def formula_of(node: NodeStep, side: str) -> tuple[str, str]:
    """Return the formula of a side of a layer, and one sentence about it."""
    own = f"{_family(node.type)}.{side}"
    key = own if own in FORMULAS else side
    return FORMULAS[key], tr(_SENTENCES[key])


def _family(type_id: str) -> str:
    for start, family in _FAMILIES:
        if type_id.startswith(start):
            return family
    if type_id in ACTIVATIONS:
        return "activation"
    return "gap" if type_id in GAPS else type_id
