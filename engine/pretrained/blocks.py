"""A Llama as a project: its layers as one block that stands many times, ready to train.

The weights stay in the model's file; the document says where that is.

Source: Touvron et al. 2023, LLaMA; LoRA: Hu et al. 2021
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import ConfigError, DataError
from engine.graph.model import Block, Edge, Endpoint, Graph, Node, Project
from engine.graph.settings import Choice, Phase, Training
from engine.i18n import tr
from engine.layers.spec import Params, Value
from engine.pretrained import vocabulary
from engine.pretrained.config import Config
from engine.pretrained.model import Pretrained

TARGETS = ("query", "key", "value", "output", "gate", "wide", "narrow")
"""Linear layers of a layer that LoRA can adapt."""
MODEL, LAYER, TABLE = "language_model", "llama_layer", "token_table"
_TITLES = {"query": "Query", "key": "Key", "value": "Value", "output": "Output",
           "gate": "Gate", "wide": "Up", "narrow": "Down"}  # fmt: skip
_STEPS, _LEARNING_RATE = 100, 1e-3


@dataclass(frozen=True)
class Plan:
    """What is to be made of a model.

    Args:
        data: Parameters of the data node, without the tokens.
        rank: Of LoRA; 0 leaves all weights as they are and free to train.
        alpha: Strength of LoRA, over the rank.
        targets: Of `TARGETS`.
        context: Tokens that are read at once.
        batch: Texts in a step.
        prompt: What the view goes on writing.
    """

    data: Params = field(default_factory=lambda: {"source": "python_help"})
    rank: int = 8
    alpha: float = 16.0
    targets: tuple[str, ...] = ("query", "value")
    context: int = 64
    batch: int = 4
    prompt: str = ""

    def checked(self, sizes: Config) -> "Plan":
        """Return the plan.

        Raises:
            ConfigError: When the network can't be made so.
        """
        known = set(self.targets) <= set(TARGETS)
        if self.rank and not (self.targets and known):
            raise ConfigError(
                tr("LoRA adapts no such layers"),
                expected=", ".join(TARGETS),
                got=", ".join(self.targets) or tr("nothing"),
            )
        limits = {
            "rank": (self.rank, 0, sizes.features),
            "context": (self.context, 2, sizes.context),
            "batch": (self.batch, 1, 4096),
            "alpha": (self.alpha, 1e-6, 1e6),
        }
        for name, (value, low, high) in limits.items():
            if not low <= value <= high:
                raise ConfigError(
                    tr("“{label}” can't have this value", label=name),
                    expected=f"{low:g}…{high:g}",
                    got=value,
                )
        return self


def project(model: Pretrained, plan: Plan) -> Project:
    """Return the project that trains, or only asks, a model.

    Args:
        model: Stays where it is; the project names its file.
        plan: What is to be made of it.

    Raises:
        ConfigError: When the network can't be made so.
        DataError: When its tokens can't be read.
    """
    sizes = model.config
    plan = plan.checked(sizes)
    made = Project(name=model.title)
    made.blocks = {LAYER: _layer(sizes, plan), MODEL: _model(sizes, plan)}
    if sizes.tied:
        made.blocks[TABLE] = _table(sizes, plan)
    _outside(made, model, plan)
    made.training = Training(
        phases=(
            Phase(
                optimizer=Choice("adamw", {"lr": _LEARNING_RATE, "weight_decay": 0.0}),
                params={"clip_norm": 1.0},
            ),
        ),
        params={"batch_size": plan.batch, "steps": _STEPS, "evaluate_every": 25},
    )
    return made


def _outside(made: Project, model: Pretrained, plan: Plan) -> None:
    """Add the main graph: data, the model, loss, metric, and what it writes."""
    data = {**plan.data, "context": plan.context, "tokenizer": str(model.path)}
    pairs = vocabulary.of(model.path)
    if len(pairs) > model.config.vocabulary:
        raise DataError(
            tr("The model has fewer rows in its table than tokens"),
            where=model.path.name,
            expected=tr("{n:token|tokens}", n=model.config.vocabulary),
            got=tr("{n:token|tokens}", n=len(pairs)),
            fix=tr("Put the tokenizer.json of this very model beside its weights."),
        )
    data |= {"num_tokens": len(pairs), "tokens_sha256": pairs.sha256}
    data |= {"validation": 0.1}
    view: dict[str, Value] = {"length": 60, "temperature": 0.7, "top_k": 40}
    if plan.prompt:
        view["prompt"] = plan.prompt
    nodes = (
        Node("text", "data", data),
        Node("model", "block", {"of": MODEL}, name=made.name, weights=f"{model.path}#"),
        Node("loss", "cross_entropy"),
        Node("perplexity", "perplexity"),
        Node("sample", "text_sample", view),
    )
    wires = (
        ("text.tokens", "model.tokens"),
        ("model.scores", "loss.input"),
        ("text.next", "loss.target"),
        ("model.scores", "perplexity.input"),
        ("text.next", "perplexity.target"),
        ("text.tokens", "sample.tokens"),
        ("model.scores", "sample.input"),
    )
    made.graph = _graph(nodes, wires)


def _graph(nodes: Iterable[Node], wires: Iterable[tuple[str, str]]) -> Graph:
    graph = Graph()
    for node in nodes:
        graph.add_node(node)
    graph.connect_all(Edge(_end(a), _end(b)) for a, b in wires)
    return graph


def _end(words: str) -> Endpoint:
    node, _, port = words.partition(".")
    return Endpoint(node, port)


def _block(
    nodes: Iterable[Node],
    wires: Iterable[tuple[str, str]],
    fed: tuple[str, tuple[str, ...]],
    shown: tuple[str, str],
) -> Block:
    inputs = {fed[0]: tuple(_end(words) for words in fed[1])}
    return Block(_graph(nodes, wires), inputs, {shown[0]: _end(shown[1])})


def _model(sizes: Config, plan: Plan) -> Block:
    """Return tokens → scores: the table, all layers, a norm, the table again."""
    is_free = not plan.rank
    size = {"num_embeddings": sizes.vocabulary, "embedding_dim": sizes.features}
    if sizes.tied:
        shared = {"of": TABLE, "share": "tokens"}
        first = Node("embedding", "block", shared, name=tr("Tokens"))
        last = Node("scores", "block", shared, name=tr("Scores"))
        ends = ("embedding.x", "embedding.out", "scores.x")
    else:
        params: dict[str, Value] = {"out_features": sizes.vocabulary, "bias": False}
        first = Node("embedding", "embedding", size, name=tr("Tokens"),
                     trainable=is_free)  # fmt: skip
        last = Node("scores", "linear", params, name=tr("Scores"), trainable=is_free)
        ends = ("embedding.input", "embedding.out", "scores.input")
    repeated: dict[str, Value] = {"of": LAYER, "repeat": sizes.layers}
    layers = Node("layers", "block", repeated, name=tr("Layers"))
    nodes = (first, layers, _norm("norm", sizes, plan), last)
    wires = (
        (ends[1], "layers.x"),
        ("layers.out", "norm.input"),
        ("norm.out", ends[2]),
    )
    return _block(nodes, wires, ("tokens", (ends[0],)), ("scores", "scores.out"))


def _table(sizes: Config, plan: Plan) -> Block:
    size = {"num_embeddings": sizes.vocabulary, "embedding_dim": sizes.features}
    table = Node("table", "tied_embedding", size, trainable=not plan.rank)
    return _block((table,), (), ("x", ("table.input",)), ("out", "table.out"))


def _norm(node_id: str, sizes: Config, plan: Plan) -> Node:
    return Node(node_id, "rms_norm", {"eps": sizes.eps}, trainable=not plan.rank)


def _layer(sizes: Config, plan: Plan) -> Block:
    """Return one layer: attention, then a gated network, each added to its input."""
    wide, narrow = sizes.heads * sizes.head_size, sizes.kv_heads * sizes.head_size
    attention: dict[str, Value] = {
        "num_heads": sizes.heads, "num_kv_heads": sizes.kv_heads, "causal": True,
        "rotary": True, "base": sizes.rope_base,
    }  # fmt: skip
    outputs = {"query": wide, "key": narrow, "value": narrow, "output": sizes.features,
               "gate": sizes.hidden, "wide": sizes.hidden,
               "narrow": sizes.features}  # fmt: skip
    nodes = (
        _norm("norm1", sizes, plan),
        *(_linear(name, outputs[name], sizes, plan) for name in TARGETS[:3]),
        Node("attention", "grouped_query_attention", attention),
        _linear("output", outputs["output"], sizes, plan),
        Node("add1", "add"),
        _norm("norm2", sizes, plan),
        *(_linear(name, outputs[name], sizes, plan) for name in ("gate", "wide")),
        Node("silu", "silu"),
        Node("product", "multiply"),
        _linear("narrow", outputs["narrow"], sizes, plan),
        Node("add2", "add"),
    )
    return _block(nodes, _WIRES, ("x", ("norm1.input", "add1.inputs")),
                  ("out", "add2.out"))  # fmt: skip


_WIRES = (
    ("norm1.out", "query.input"),
    ("norm1.out", "key.input"),
    ("norm1.out", "value.input"),
    ("query.out", "attention.query"),
    ("key.out", "attention.key"),
    ("value.out", "attention.value"),
    ("attention.out", "output.input"),
    ("output.out", "add1.inputs"),
    ("add1.out", "norm2.input"),
    ("norm2.out", "gate.input"),
    ("norm2.out", "wide.input"),
    ("gate.out", "silu.input"),
    ("silu.out", "product.inputs"),
    ("wide.out", "product.inputs"),
    ("product.out", "narrow.input"),
    ("narrow.out", "add2.inputs"),
    ("add1.out", "add2.inputs"),
)


def _linear(node_id: str, size: int, sizes: Config, plan: Plan) -> Node:
    has_bias = sizes.bias and node_id in TARGETS[:3]
    params: dict[str, Value] = {"out_features": size, "bias": has_bias}
    title = tr(_TITLES[node_id])
    if plan.rank and node_id in plan.targets:
        params |= {"rank": plan.rank, "alpha": plan.alpha}
        return Node(node_id, "lora_linear", params, name=title)
    return Node(node_id, "linear", params, name=title, trainable=not plan.rank)
