"""What a run fitted on its training part, as rows of a data node: replayed as it was.

Rows of the setting `fitted`: `["use", "train" | "judge" | "shapes"]`, `["fill", column,
number or class]`, `["scaling", port, kind, shift, scale]` and `["class_weights", port,
numbers]`; shift and scale are one number, or a list with one for each feature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import numpy as np

from engine.data.own.practice import WEIGHTS
from engine.data.scaling import Scaling, ScalingByPort
from engine.errors import ConfigError
from engine.i18n import tr
from engine.layers.datasets.spec import DataPort, ScalingKind
from engine.layers.spec import Value

Use = Literal["train", "judge", "shapes"]
"""Split as ever; all rows are judged and none trains; no file is read at all."""
_KINDS = get_args(ScalingKind)


@dataclass(frozen=True)
class Fitted:
    """The recorded steps.

    Args:
        use: What the rows of the file are for.
        fills: Column → what takes the place of a missing value; a class by its name.
        scaling: Of every float port.
        weights: Port of labels → weight of each class in the loss.
    """

    use: Use = "train"
    fills: Mapping[str, float | str] = field(default_factory=dict)
    scaling: ScalingByPort = field(default_factory=dict)
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether everything is to be fitted anew."""
        return not self.fills and not self.scaling

    def checked_scaling(self, ports: Sequence[DataPort]) -> ScalingByPort:
        """Return the scaling of all float ports.

        Raises:
            ConfigError: When one is missing, or is that of other features.
        """
        for port in ports:
            name, step = port.port.name, self.scaling.get(port.port.name)
            if port.port.kind != "float":
                continue
            if step is None or step.shift.shape not in {(), port.shape[-1:]}:
                raise _refusal(name, tr("one number for each feature"))
        return self.scaling


def rows(
    preparation: object, scaling: object, weights: object, use: Use
) -> tuple[Value, ...]:
    """Return the rows for what a run wrote down of one data node.

    Args:
        preparation: As of `Preparation.as_list`.
        scaling: Port → as of `Scaling.as_dict`.
        weights: Port → weight of each class, where the loss has such.
        use: What the rows of the file are for.

    Raises:
        ConfigError: When it is no such record; it may be a stranger's.
    """
    made: list[Value] = [("use", use)]
    try:
        made += [
            ("fill", str(step["column"]), step["fill"])
            for step in cast("Any", preparation or [])
        ]
        for port, step in cast("Any", scaling or {}).items():
            kind, shift, scale = step["kind"], step["shift"], step["scale"]
            made.append(("scaling", str(port), kind, _value(shift), _value(scale)))
        for port, numbers in cast("Any", weights or {}).items():
            made.append((WEIGHTS, str(port), _value(numbers)))
    except (TypeError, KeyError, AttributeError) as error:
        raise _refusal(str(error)[:80], '{"column": "age", "fill": 30.5}') from error
    return tuple(made)


def _value(numbers: object) -> Value:
    return tuple(numbers) if isinstance(numbers, list) else cast("Value", numbers)


def of(found: Sequence[Value]) -> Fitted:
    """Return the steps that rows tell.

    Raises:
        ConfigError: When a row is none.
    """
    use: Use = "train"
    fills: dict[str, float | str] = {}
    scaling: dict[str, Scaling] = {}
    weights: dict[str, tuple[float, ...]] = {}
    for row in found:
        match row:
            case ("use", str(word)) if word in get_args(Use):
                use = cast("Use", word)
            case ("fill", str(name), str() | int() | float() as fill):
                fills[name] = fill
            case ("scaling", str(name), str(kind), shift, scale) if kind in _KINDS:
                scaling[name] = _scaling(name, cast("ScalingKind", kind), shift, scale)
            case (str(word), str(name), tuple(numbers)) if word == WEIGHTS:
                weights[name] = _weights(name, numbers)
            case _:
                raise _refusal(str(row)[:80], '["fill", "age", 30.5]')
    return Fitted(use, fills, scaling, weights)


def _weights(name: str, numbers: Sequence[Value]) -> tuple[float, ...]:
    made = tuple(float(n) for n in numbers if isinstance(n, int | float))
    if len(made) != len(numbers) or not all(0 <= n < np.inf for n in made):
        raise _refusal(name, tr("finite numbers"))
    return made


def _scaling(name: str, kind: ScalingKind, shift: object, scale: object) -> Scaling:
    try:
        made = np.asarray(shift, np.float64), np.asarray(scale, np.float64)
    except (TypeError, ValueError) as error:
        raise _refusal(name, tr("finite numbers")) from error
    is_fine = made[0].ndim < 2 and made[0].shape == made[1].shape
    if not (is_fine and np.isfinite(made).all() and (made[1] != 0).all()):
        raise _refusal(name, tr("finite numbers"))
    return Scaling(kind, *made)


def _refusal(name: str, expected: str) -> ConfigError:
    return ConfigError(
        tr("These are no steps that a run has fitted"),
        where=name,
        expected=expected,
        fix=tr("Clear them: they are fitted anew then."),
    )
