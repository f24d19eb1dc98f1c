"""What the catalogue says about one data set. Nothing here imports numpy or torch."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from engine.layers.spec import Params, Port

Task = Literal["classification", "regression", "language", "density"]
Family = Literal["images", "tabular", "maths", "series", "text"]
ScalingKind = Literal["none", "standardise", "unit"]

OWN = "file"
"""Id of data of one's own, which no table has."""
_TOKENS = {"tokenizer", "num_tokens", "tokens_sha256"}
"""Settings that only texts have."""
_OWN_ALONE = {"path", "sample", "reading", "columns", "steps", "rows", "sha256",
              "fitted", "corrections", "together"}  # fmt: skip
"""Settings that only data of one's own has: `engine.layers.datasets.own`."""
CONTEXT = -1
"""Stands in a port's shape for the number that the parameter `context` gives."""


@dataclass(frozen=True)
class DataPort:
    """One array of a data set, as an output of the data node.

    Args:
        port: The output; its kind gives the dtype, `float` float32 and `int` int64.
        shape: Shape of one sample, without the batch dimension.
        classes: Names of the labels or tokens, for `int` ports.
        columns: Names of the features, for tables.
        is_target: It is what a network is to predict.
    """

    port: Port
    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    is_target: bool = False

    @property
    def is_label(self) -> bool:
        """Whether it is the class of a sample, one of which can be left out."""
        return self.port.name == "label"


@dataclass(frozen=True)
class DataSpec:
    """One data set.

    Args:
        id: Stable key in documents, the value of the parameter `source`.
        title: Name that people see (English; shown through `tr`).
        task: What it is made for.
        family: Which reader in engine.data makes it.
        help: What it is, how many samples, what to predict.
        source: Where it comes from, or the formula.
        licence: Licence of the data.
        num_samples: Rows of a table, images, values of a series, characters of a
            text; for maths sets how many are drawn when `samples` is automatic.
        layout: Its ports; `CONTEXT` in a shape is filled in by `ports`.
        scaling: What automatic scaling means for it.
        noise: Standard deviation of the noise when `noise` is automatic; None
            where the set has no noise to choose.
        context: Length of a window, signal or text when `context` is automatic; 0
            where nothing depends on it.
    """

    id: str
    title: str
    task: Task
    family: Family
    help: str
    source: str
    licence: str
    num_samples: int
    layout: tuple[DataPort, ...]
    scaling: ScalingKind = "none"
    noise: float | None = None
    context: int = 0

    def uses(self, name: str) -> bool:
        """Return whether a setting of the Data node changes anything for this set."""
        names = {port.port.name for port in self.layout}
        needs = {
            "noise": self.noise is not None,
            "context": self.context > 0,
            "classes": "label" in names,
            "scale_target": self.id == OWN or self.task == "regression",
            "label_noise": "label" in names,
            **dict.fromkeys(_TOKENS, self.family == "text"),
        }
        is_own = name in _OWN_ALONE
        return needs.get(name, not is_own or self.id == OWN)

    def length(self, params: Params) -> int:
        """Return the length of one window, signal or text for these params."""
        chosen = params.get("context")
        is_chosen = isinstance(chosen, int) and chosen > 0 and self.context > 0
        return int(chosen) if is_chosen else self.context  # type: ignore[arg-type]

    def ports(self, params: Params) -> tuple[DataPort, ...]:
        """Return the ports of a data node with these params."""
        length = self.length(params)
        return tuple(
            replace(
                port,
                shape=tuple(length if size == CONTEXT else size for size in port.shape),
            )
            for port in self.layout
        )


@lru_cache(maxsize=8)
def numbered(count: int) -> tuple[str, ...]:
    """Return names for tokens whose file was not opened."""
    return tuple(f"<{number}>" for number in range(count))


def num_tokens(params: Params) -> int:
    """Return how many tokens texts are read in; 0 for a vocabulary of their own."""
    count = params.get("num_tokens")
    is_told = bool(params.get("tokenizer")) and isinstance(count, int)
    return count if is_told and isinstance(count, int) else 0


def with_tokens(spec: DataSpec, names: tuple[str, ...]) -> DataSpec:
    """Return a text's entry with other tokens."""
    layout = tuple(
        replace(port, classes=names) if port.port.kind == "int" else port
        for port in spec.layout
    )
    return replace(spec, layout=layout)


def floats(name: str, *shape: int, doc: str) -> DataPort:
    """Return a float32 port that a network reads."""
    return DataPort(Port(name, "float", doc), shape)


def target(name: str, *shape: int, doc: str) -> DataPort:
    """Return a float32 port that a network predicts."""
    return DataPort(Port(name, "float", doc), shape, is_target=True)


def labels(*classes: str) -> DataPort:
    """Return the port `label`: one class number per sample."""
    return DataPort(Port("label", "int", "class numbers"), (), classes, is_target=True)
