"""What the catalogue says about one kind of node: parameters, ports, words.

One table serves the inspector's form, the help, validation and the documents.
Nothing here imports torch.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine import plain
from engine.errors import ConfigError
from engine.i18n import tr

Kind = Literal[
    "int", "float", "bool", "choice", "text", "ints", "floats", "size", "shape", "table"
]
Category = Literal[
    "io",
    "dense",
    "conv",
    "pool",
    "norm",
    "act",
    "recurrent",
    "attention",
    "shape",
    "merge",
    "loss",
    "metric",
    "view",
]
PortKind = Literal["any", "float", "int", "loss", "metric"]
Value = bool | int | float | str | tuple["Value", ...] | None
Params = Mapping[str, Value]
_LARGEST = 1e300
"""A number beyond is one that arithmetic can't hold, or soon can't."""
_MOST_LETTERS = 10_000
_MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Param:
    """One setting of a layer.

    Args:
        name: Stable key in documents.
        kind: `int`, `float`, `bool`, `choice`, `text`; `ints` and `floats` are
            lists of any length; `size` is one int or one per dimension (`dims`);
            `shape` is a list of positive ints without the batch dimension; `table`
            is a list of lists of words, numbers and lists of them.
        default: Value of a new node.
        label: Words in the inspector (English; shown through `tr`).
        doc: One sentence of help.
        min: Smallest allowed value, for every number in a list.
        max: Largest allowed value.
        choices: Allowed values of a `choice`.
        unit: Unit shown behind the field.
        optional: None is allowed and means "automatic", or what `unset` says.
        log: The field's slider is logarithmic.
        dims: Number of dimensions of a `size`.
        exclusive_min: `min` itself is not allowed.
        unset: Word for None, and for a list that is left empty.
    """

    name: str
    kind: Kind
    default: Value
    label: str
    doc: str = ""
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    optional: bool = False
    log: bool = False
    dims: int = 0
    exclusive_min: bool = False
    unset: str = "auto"

    def check(self, value: object, where: str = "") -> Value:
        """Return `value` in its normal form.

        Raises:
            ConfigError: When it has the wrong type or is out of range.
        """
        if value is None and self.optional:
            return None
        checked = _CHECKS[self.kind](self, value)
        if checked is _WRONG:
            raise ConfigError(
                tr("“{label}” can't have this value", label=tr(self.label)),
                where=where,
                expected=self.expectation(),
                got=plain.value(value),
            )
        return checked  # type: ignore[return-value]

    def expectation(self) -> str:
        """Return in words what values are allowed."""
        if self.kind == "choice":
            return tr("one of {choices}", choices=", ".join(self.choices))
        limits = []
        if self.min is not None:
            sign = ">" if self.exclusive_min else "≥"
            limits.append(f"{sign} {self.min:.12g}")
        if self.max is not None:
            limits.append(f"≤ {self.max:.12g}")
        return f"{tr(_WORDS[self.kind])} {', '.join(limits)}".rstrip()

    def in_range(self, number: float) -> bool:
        """Return whether one finite number lies within the limits."""
        if abs(number) > _LARGEST or not math.isfinite(number):
            return False
        low = self.min is None or number > self.min
        low = low or (number == self.min and not self.exclusive_min)
        return low and (self.max is None or number <= self.max)


class _Wrong:
    """The type of the mark for a value that does not fit."""


_WRONG = _Wrong()
_Checked = Value | _Wrong
_WORDS: dict[Kind, str] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "choice": "one of the choices",
    "text": "text",
    "ints": "whole numbers",
    "floats": "numbers",
    "size": "one whole number or one per dimension",
    "shape": "positive whole numbers",
    "table": "rows of words and numbers",
}


def _check_int(param: Param, value: object) -> _Checked:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return _WRONG
    return value if param.in_range(value) else _WRONG


def _check_float(param: Param, value: object) -> _Checked:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _WRONG
    return float(value) if param.in_range(value) else _WRONG


def _check_bool(_param: Param, value: object) -> _Checked:
    return value if isinstance(value, bool) else _WRONG


def _check_choice(param: Param, value: object) -> _Checked:
    return value if isinstance(value, str) and value in param.choices else _WRONG


def _check_text(_param: Param, value: object) -> _Checked:
    return value if isinstance(value, str) and len(value) <= _MOST_LETTERS else _WRONG


def _check_list(
    one: Callable[[Param, object], _Checked],
) -> Callable[[Param, object], _Checked]:
    def check(param: Param, value: object) -> _Checked:
        if not isinstance(value, list | tuple) or len(value) > _MOST_ITEMS:
            return _WRONG
        items = [one(param, item) for item in value]
        return _WRONG if _WRONG in items else tuple(items)  # type: ignore[arg-type]

    return check


def _check_size(param: Param, value: object) -> _Checked:
    if isinstance(value, list | tuple):
        items = _check_list(_check_int)(param, value)
        fits = isinstance(items, tuple) and len(items) == param.dims
        return items if fits else _WRONG
    return _check_int(param, value)


def _check_table(_param: Param, value: object) -> _Checked:
    """Return rows as tuples, whatever stands in them; two lists deep inside a row."""
    if not isinstance(value, list | tuple) or len(value) > _MOST_ITEMS:
        return _WRONG
    rows = [_checked_row(row, 2) for row in value]
    is_fine = all(isinstance(row, tuple) for row in rows)
    return tuple(rows) if is_fine else _WRONG  # type: ignore[arg-type]


def _checked_row(value: object, depth: int) -> _Checked:
    if isinstance(value, list | tuple):
        if not depth or len(value) > _MOST_ITEMS:
            return _WRONG
        items = [_checked_row(item, depth - 1) for item in value]
        return _WRONG if _WRONG in items else tuple(items)  # type: ignore[arg-type]
    if isinstance(value, str):
        return value if len(value) <= _MOST_LETTERS else _WRONG
    if isinstance(value, bool) or value is None:
        return value
    is_number = isinstance(value, int | float) and abs(value) <= _LARGEST
    return value if is_number else _WRONG  # type: ignore[return-value]


_CHECKS: dict[Kind, Callable[[Param, object], _Checked]] = {
    "int": _check_int,
    "float": _check_float,
    "bool": _check_bool,
    "choice": _check_choice,
    "text": _check_text,
    "ints": _check_list(_check_int),
    "floats": _check_list(_check_float),
    "size": _check_size,
    "shape": _check_list(_check_int),
    "table": _check_table,
}


@dataclass(frozen=True)
class Port:
    """One socket of a node.

    Args:
        name: Stable key in documents.
        kind: What flows: `any` tensor, `float`, `int` (labels, token ids), `loss`
            (a scalar to minimise) or `metric` (a scalar to read).
        doc: One sentence, with the shape as text, such as `N×C×H×W`.
        optional: May stay unconnected.
        variadic: Takes any number of wires, in their order.
    """

    name: str
    kind: PortKind = "float"
    doc: str = ""
    optional: bool = False
    variadic: bool = False


Ports = tuple[Port, ...]


@dataclass(frozen=True)
class LayerSpec:
    """One entry of the catalogue.

    Args:
        id: Stable type id in documents, `[a-z][a-z0-9_]*`.
        title: Name on the canvas (the field's own term, usually torch's).
        category: Group in the palette and colour on the canvas.
        help: One sentence.
        formula: Plain-text formula with Unicode symbols, or empty.
        source: Paper or definition.
        params: Settings, in the order of the form.
        inputs: Input ports.
        outputs: Output ports.
        dynamic_outputs: Ports that depend on the parameters, instead of `outputs`.
        summary: Names of the (at most two) params shown in the node.
        aliases: Other words that find the entry in searches.
        look: Of a view: id of the view whose widget draws it too; its own if empty.
    """

    id: str
    title: str
    category: Category
    help: str
    formula: str = ""
    source: str = ""
    params: tuple[Param, ...] = ()
    inputs: Ports = (Port("input"),)
    outputs: Ports = (Port("out"),)
    dynamic_outputs: Callable[[Params], Ports] | None = None
    summary: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    look: str = ""
    _by_name: dict[str, Param] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self._by_name.update({param.name: param for param in self.params})

    def output_ports(self, params: Params) -> Ports:
        """Return the outputs of a node with these (complete) params."""
        return self.dynamic_outputs(params) if self.dynamic_outputs else self.outputs

    def defaults(self) -> dict[str, Value]:
        """Return a fresh dict of all default values."""
        return {param.name: param.default for param in self.params}

    def param(self, name: str) -> Param | None:
        """Return the parameter called `name`, or None."""
        return self._by_name.get(name)

    def complete(self, params: Params) -> dict[str, Value]:
        """Return defaults overlaid with `params`."""
        return {**self.defaults(), **params}
