"""Attention, transformer layers and positions."""

from engine.layers.fields import BIAS, choice, count, flag, fraction, positive
from engine.layers.spec import LayerSpec, Param, Port

_VASWANI = "Vaswani et al. 2017, Attention Is All You Need"
_ROTARY = "Su et al. 2021, RoFormer: Rotary Position Embedding"
_HEADS = count("num_heads", 4, "Heads", "Must divide the number of features.")
_DROPOUT = fraction("dropout", 0.0, "Dropout", "While training.")
_CAUSAL = flag("causal", "Causal", "A step sees only itself and earlier steps.")
_ROTATED = flag(
    "rotary", "Rotary positions", "Turn queries and keys by their place (RoPE)."
)
_SEQUENCE = Port("input", "float", "N×T×F")
_MEMORY = "N×S×F: what is looked at; the input itself when nothing is connected"
_OUT = (Port("out", "float", "N×T×F"),)
_LAYER = (
    _HEADS,
    count("dim_feedforward", 256, "Hidden units", "Of the two-layer network inside."),
    _DROPOUT,
    choice("activation", ("relu", "gelu"), "Activation", "Of the network inside."),
    flag("norm_first", "Norm first", "Normalise before, not after.", default=True),
    _CAUSAL,
)

SPECS = (
    LayerSpec(
        id="multihead_attention",
        title="MultiheadAttention",
        category="attention",
        help="Every step gathers what it needs from all steps, several times at once.",
        formula="y = concat(softmax(QKᵀ/√d)·V)·Wₒ",
        source=_VASWANI,
        params=(_HEADS, _DROPOUT, BIAS, _CAUSAL, _ROTATED),
        inputs=(_SEQUENCE, Port("memory", "float", _MEMORY, optional=True)),
        outputs=_OUT,
        summary=("num_heads", "causal"),
        aliases=("self-attention", "cross-attention", "transformer", "mha"),
    ),
    LayerSpec(
        id="scaled_dot_product_attention",
        title="ScaledDotProductAttention",
        category="attention",
        help="The bare attention step on queries, keys and values.",
        formula="y = softmax(QKᵀ/√d)·V",
        source=_VASWANI,
        params=(_CAUSAL, _DROPOUT),
        inputs=(
            Port("query", "float", "N×…×T×D"),
            Port("key", "float", "N×…×S×D"),
            Port("value", "float", "N×…×S×E"),
        ),
        outputs=(Port("out", "float", "N×…×T×E"),),
        summary=("causal",),
        aliases=("attention", "sdpa"),
    ),
    LayerSpec(
        id="grouped_query_attention",
        title="GroupedQueryAttention",
        category="attention",
        help="Attention on flat queries, keys and values; heads may share keys.",
        formula="y = concat(softmax(QₕKᵍᵀ/√d)·Vᵍ),  g = ⌊h·G/H⌋",
        source="Ainslie et al. 2023, GQA; Touvron et al. 2023, Llama 2",
        params=(
            count("num_heads", 8, "Heads", "Of the queries."),
            Param(
                "num_kv_heads",
                "int",
                None,
                "Heads of keys",
                "G: must divide the heads of the queries.",
                min=1,
                max=65_536,
                optional=True,
                unset="as many",
            ),
            _CAUSAL,
            _ROTATED,
            positive("base", 10_000.0, "Base", "Of the rotary positions."),
        ),
        inputs=(
            Port("query", "float", "N×T×H·D"),
            Port("key", "float", "N×S×G·D"),
            Port("value", "float", "N×S×G·D"),
        ),
        outputs=(Port("out", "float", "N×T×H·D"),),
        summary=("num_heads", "num_kv_heads"),
        aliases=("gqa", "llama", "rope", "multi-query", "transformer"),
    ),
    LayerSpec(
        id="transformer_encoder_layer",
        title="TransformerEncoderLayer",
        category="attention",
        help="Self-attention and a two-layer network, with skip connections.",
        formula="x ← x + MHA(norm(x));  x ← x + MLP(norm(x))",
        source=_VASWANI,
        params=_LAYER,
        inputs=(_SEQUENCE,),
        outputs=_OUT,
        summary=("num_heads", "dim_feedforward"),
        aliases=("gpt", "bert", "transformer block"),
    ),
    LayerSpec(
        id="transformer_decoder_layer",
        title="TransformerDecoderLayer",
        category="attention",
        help="Like the encoder layer, and also looks at an encoder's result.",
        formula="x ← x + MHA(x);  x ← x + MHA(x, memory);  x ← x + MLP(x)",
        source=_VASWANI,
        params=_LAYER,
        inputs=(_SEQUENCE, Port("memory", "float", "N×S×F: the encoder's result")),
        outputs=_OUT,
        summary=("num_heads", "dim_feedforward"),
        aliases=("seq2seq", "transformer block"),
    ),
    LayerSpec(
        id="position_embedding",
        title="PositionEmbedding",
        category="attention",
        help="Adds a learned vector for every place in the sequence.",
        formula="yₜ = xₜ + Pₜ",
        source="Gehring et al. 2017; Radford et al. 2018, GPT",
        params=(count("max_length", 256, "Length", "Longest sequence it can take."),),
        inputs=(_SEQUENCE,),
        outputs=_OUT,
        summary=("max_length",),
        aliases=("positional encoding",),
    ),
    LayerSpec(
        id="sinusoidal_position",
        title="SinusoidalPosition",
        category="attention",
        help="Adds fixed sine and cosine waves that tell the places apart.",
        formula="y = x + [sin(t/10000^(2i/F)), cos(t/10000^(2i/F))]",
        source=_VASWANI,
        inputs=(_SEQUENCE,),
        outputs=_OUT,
        aliases=("positional encoding",),
    ),
    LayerSpec(
        id="rotary_embedding",
        title="RotaryEmbedding",
        category="attention",
        help="Turns pairs of features by an angle that grows with the place.",
        formula="(a, b)ₜ → (a·cos tωᵢ − b·sin tωᵢ, a·sin tωᵢ + b·cos tωᵢ)",
        source=_ROTARY,
        params=(
            positive("base", 10_000.0, "Base", "The slowest wave's length is 2π·base."),
        ),
        inputs=(Port("input", "float", "N×…×T×D, D even: queries or keys"),),
        outputs=(Port("out", "float", "N×…×T×D"),),
        summary=("base",),
        aliases=("rope", "positional encoding"),
    ),
    LayerSpec(
        id="time_embedding",
        title="TimeEmbedding",
        category="attention",
        help="Turns one number per sample, such as a time step, into waves.",
        formula="y = [sin(t·ωᵢ), cos(t·ωᵢ)]",
        source="Ho et al. 2020, Denoising Diffusion Probabilistic Models",
        params=(count("features", 64, "Features", "Size of the result; even."),),
        inputs=(Port("input", "any", "N or N×1"),),
        outputs=(Port("out", "float", "N×F"),),
        summary=("features",),
        aliases=("diffusion", "fourier features", "timestep"),
    ),
)
