"""The sizes of a Llama-family network, as its file says them, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import DataError
from engine.i18n import tr
from engine.pretrained.gguf import Stored

_MOST_LAYERS, _MOST_FEATURES, _MOST_TOKENS = 256, 32_768, 1_000_000
_MOST_CONTEXT = 2**24
_ACT = "hidden_act"


@dataclass(frozen=True)
class Config:
    """Sizes of the network.

    Args:
        vocabulary: Number of tokens.
        context: Longest text that it was trained on, in tokens.
        features: Numbers for each place.
        hidden: Units of the network in a layer.
        layers: How many.
        heads: Of queries.
        kv_heads: Of keys and values; must divide those of the queries.
        head_size: Numbers of one head.
        eps: Of the norms.
        rope_base: Of the rotary positions.
        tied: The table of tokens scores them, too.
        bias: Queries, keys and values have one.
    """

    vocabulary: int
    context: int
    features: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    eps: float
    rope_base: float
    tied: bool
    bias: bool = False

    @property
    def parameters(self) -> int:
        """How many numbers it consists of."""
        size, wide = self.features, self.heads * self.head_size
        narrow = self.kv_heads * self.head_size
        attention = 2 * size * wide + 2 * size * narrow
        attention += self.bias * (wide + 2 * narrow)
        layer = attention + 3 * size * self.hidden + 2 * size
        tables = self.vocabulary * size * (1 if self.tied else 2)
        return tables + self.layers * layer + size


class Facts:
    """Looks up what a file says, and refuses what can't be.

    Args:
        found: Name → value.
        where: Of the file, for messages.
    """

    def __init__(self, found: Mapping[str, Any], where: str) -> None:
        self._found, self.where = found, where

    def whole(self, name: str, most: int, default: int | None = None) -> int:
        """Return a whole number from 1 to `most`.

        Raises:
            DataError: When there is none.
        """
        value = self._found.get(name)
        value = default if value is None else value
        if type(value) is not int or not 0 < value <= most:
            raise self.refuse(name, f"1…{most:,}", value)
        return value

    def number(self, name: str, low: float, high: float, default: float) -> float:
        """Return a number between two others.

        Raises:
            DataError: When it is beyond them.
        """
        value = self._found.get(name, default)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise self.refuse(name, f"{low:g}…{high:g}", value)
        return float(value)

    def text(self, name: str, default: str = "") -> str:
        """Return a text; the default where there is none."""
        value = self._found.get(name)
        return value if isinstance(value, str) else default

    def get(self, name: str) -> object:
        """Return whatever is there, or None."""
        return self._found.get(name)

    def refuse(self, name: str, expected: str, got: object) -> DataError:
        """Return the error for a value that can't be."""
        shown = tr("nothing") if got is None else str(got)[:60]
        return DataError(
            tr("“{name}” in the file has an odd value", name=name),
            where=self.where,
            expected=expected,
            got=shown,
        )


def of_gguf(
    settings: Mapping[str, Any], tensors: Mapping[str, Stored], where: str
) -> Config:
    """Return the sizes that the settings of a GGUF file say.

    Args:
        settings: Of its head.
        tensors: Of its head, by name.
        where: Name of the file.

    Raises:
        DataError: When it is no Llama, or its sizes don't fit together.
    """
    facts, names = Facts(settings, where), tensors.keys()
    kind = facts.text("general.architecture")
    _check_kind(kind, where)
    scaling = facts.text("llama.rope.scaling.type", "none")
    if scaling != "none" or "rope_freqs.weight" in names:
        raise _scaled(where)
    heads = facts.whole("llama.attention.head_count", _MOST_FEATURES)
    features = facts.whole("llama.embedding_length", _MOST_FEATURES)
    size = facts.whole("llama.attention.key_length", 4096, max(1, features // heads))
    rotated = facts.whole("llama.rope.dimension_count", 4096, size)
    tokens = facts.get("tokenizer.ggml.tokens")
    count = len(tokens) if isinstance(tokens, list) else None
    if table := tensors.get("token_embd.weight"):
        count = table.shape[0]  # padded: it may have more rows than there are tokens
    made = Config(
        vocabulary=facts.whole("llama.vocab_size", _MOST_TOKENS, count),
        context=facts.whole("llama.context_length", _MOST_CONTEXT),
        features=features,
        hidden=facts.whole("llama.feed_forward_length", 8 * _MOST_FEATURES),
        layers=facts.whole("llama.block_count", _MOST_LAYERS),
        heads=heads,
        kv_heads=facts.whole("llama.attention.head_count_kv", heads, heads),
        head_size=size,
        eps=facts.number("llama.attention.layer_norm_rms_epsilon", 1e-12, 1.0, 1e-5),
        rope_base=facts.number("llama.rope.freq_base", 1.0, 1e12, 10_000.0),
        tied="output.weight" not in names,
        bias="blk.0.attn_q.bias" in names,
    )
    return _checked(made, rotated, where)


def of_record(record: Mapping[str, Any], names: object, where: str) -> Config:
    """Return the sizes that a `config.json` says.

    Args:
        record: What stands in it.
        names: Of the tensors beside it.
        where: Name of the file.

    Raises:
        DataError: When it is no Llama, or its sizes don't fit together.
    """
    facts, found = Facts(record, where), set(names)  # type: ignore[call-overload]
    _check_kind(facts.text("model_type"), where)
    turning = _turning(facts)
    heads = facts.whole("num_attention_heads", _MOST_FEATURES)
    features = facts.whole("hidden_size", _MOST_FEATURES)
    size = facts.whole("head_dim", 4096, max(1, features // heads))
    if (act := facts.text(_ACT, "silu")) != "silu":
        raise facts.refuse(_ACT, "silu", act)
    made = Config(
        vocabulary=facts.whole("vocab_size", _MOST_TOKENS),
        context=facts.whole("max_position_embeddings", _MOST_CONTEXT),
        features=features,
        hidden=facts.whole("intermediate_size", 8 * _MOST_FEATURES),
        layers=facts.whole("num_hidden_layers", _MOST_LAYERS),
        heads=heads,
        kv_heads=facts.whole("num_key_value_heads", heads, heads),
        head_size=size,
        eps=facts.number("rms_norm_eps", 1e-12, 1.0, 1e-6),
        rope_base=turning.number("rope_theta", 1.0, 1e12, 10_000.0),
        tied="lm_head.weight" not in found,
        bias="model.layers.0.self_attn.q_proj.bias" in found,
    )
    return _checked(made, size, where)


def _turning(facts: Facts) -> Facts:
    """Return where the base of the positions stands, in older files and in new ones.

    Raises:
        DataError: When the positions are scaled.
    """
    found = {"rope_theta": facts.get("rope_theta")}
    for name in ("rope_scaling", "rope_parameters"):
        told = facts.get(name)
        if told is None:
            continue
        if not isinstance(told, Mapping) or told.get("rope_type") != "default":
            raise _scaled(facts.where)
        found |= {key: value for key, value in told.items() if key == "rope_theta"}
    return Facts(
        {name: value for name, value in found.items() if value is not None}, facts.where
    )


def _check_kind(kind: str, where: str) -> None:
    if kind != "llama":
        raise DataError(
            tr("This network is built otherwise than a Llama"),
            where=where,
            expected="llama",
            got=kind or tr("nothing"),
            fix=tr("Choose a model of the Llama family, such as SmolLM2."),
        )


def _scaled(where: str) -> DataError:
    return DataError(
        tr("This network stretches its rotary positions, which isn't read here"),
        where=where,
        expected=tr("no scaling of the positions"),
        fix=tr("Choose another model, such as SmolLM2."),
    )


def _checked(made: Config, rotated: int, where: str) -> Config:
    if made.heads % made.kv_heads:
        raise DataError(
            tr("The heads of keys must divide those of queries"),
            where=where,
            expected=tr("a divisor of {number}", number=made.heads),
            got=made.kv_heads,
        )
    if rotated != made.head_size or made.head_size % 2:
        raise DataError(
            tr("Rotary positions must turn all features of a head"),
            where=where,
            expected=made.head_size,
            got=rotated,
        )
    return made
