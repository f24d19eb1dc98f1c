"""What a builder knows: the parameters of a node and what flows into it."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from engine.compile.shape_text import Shape, shape_text, shapes_text
from engine.errors import ConfigError, ShapeError
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Port, Value

AXES = {1: "N×C×T", 2: "N×C×H×W", 3: "N×C×D×H×W"}


@dataclass(frozen=True)
class Site:
    """One node to be built.

    Args:
        type_id: Id in the catalogue.
        params: Complete: defaults included.
        shapes: Of the connected inputs, in port order, with the batch.
        dtypes: Of the same.
    """

    type_id: str
    params: Mapping[str, Value]
    shapes: tuple[Shape, ...]
    dtypes: tuple[torch.dtype, ...]

    @property
    def title(self) -> str:
        """Name of the layer on the canvas."""
        return registry.get(self.type_id).title

    @property
    def shape(self) -> Shape:
        """Shape of the first input."""
        return self.shapes[0]

    @property
    def rank(self) -> int:
        """Number of dimensions of the first input, with the batch."""
        return len(self.shape)

    def whole(self, name: str) -> int:
        """Return a whole-number parameter."""
        value = self.params[name]
        assert isinstance(value, int)
        return value

    def number(self, name: str) -> float:
        """Return a number parameter."""
        value = self.params[name]
        assert isinstance(value, int | float)
        return float(value)

    def maybe(self, name: str) -> int | None:
        """Return a whole-number parameter that may be empty."""
        value = self.params[name]
        assert value is None or isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """Return a switch."""
        return bool(self.params[name])

    def text(self, name: str) -> str:
        """Return a word."""
        return str(self.params[name])

    def ints(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        value = self.params[name]
        assert isinstance(value, tuple | list)
        return tuple(item for item in value if isinstance(item, int))

    def floats(self, name: str) -> list[float]:
        """Return a list of numbers."""
        value = self.params[name]
        assert isinstance(value, tuple | list)
        return [float(item) for item in value if isinstance(item, int | float)]

    def size(self, name: str, dims: int) -> tuple[int, ...]:
        """Return a size, one number per dimension."""
        value = self.params[name]
        return (value,) * dims if isinstance(value, int) else self.ints(name)

    def refuse(
        self, what: str, *, expected: object = None, got: object = None, fix: str = ""
    ) -> ShapeError:
        """Return the error for an input that doesn't fit; the caller raises it."""
        seen = shapes_text(self.shapes) if got is None else got
        return ShapeError(what, expected=expected, got=seen, fix=fix)

    def misconfigured(
        self, what: str, *, expected: object = None, got: object = None
    ) -> ConfigError:
        """Return the error for a parameter that doesn't fit the input."""
        return ConfigError(what, expected=expected, got=got)

    def need_rank(self, *ranks: int, axes: str, index: int = 0) -> None:
        """Raise ShapeError unless an input has one of `ranks` dimensions."""
        shape = self.shapes[index]
        if len(shape) in ranks:
            return
        raise self.refuse(
            tr(
                "{title} needs {needed} dimensions",
                title=self.title,
                needed=tr(" or ").join(map(str, ranks)),
            ),
            expected=axes,
            got=shape_text(shape),
        )

    def need_dims(self, low: int, index: int = 0) -> None:
        """Raise ShapeError when an input has fewer than `low` dimensions."""
        if len(self.shapes[index]) < low:
            raise self.refuse(
                tr("{title} needs more dimensions", title=self.title),
                expected=tr("at least {n} with the batch", n=low),
                got=shape_text(self.shapes[index]),
            )

    def dim(self, name: str, *, extra: int = 0) -> int:
        """Return a dimension parameter as a positive index behind the batch.

        Args:
            name: Of the parameter.
            extra: Dimensions that the result has more than the first input.

        Raises:
            ConfigError: When the input has no such dimension, or it is the batch.
        """
        return self.place(self.whole(name), extra=extra)

    def place(self, dim: int, *, extra: int = 0) -> int:
        """Return a dimension of the first input as a positive index; see `dim`."""
        rank = self.rank + extra
        index = dim + rank if dim < 0 else dim
        if 0 < index < rank:
            return index
        most = tr("from 1 to {last}, or −1 to −{last}", last=rank - 1)
        raise self.misconfigured(
            tr("{title}: there is no such dimension", title=self.title),
            expected=most if rank > 1 else tr("an input with more dimensions"),
            got=dim,
        )

    def need_equal(self, first: int = 0, second: int = 1) -> None:
        """Raise ShapeError unless two inputs have the same shape."""
        a, b = self.shapes[first], self.shapes[second]
        if a[1:] == b[1:] and len(a) == len(b):
            return
        names = [port.name for port in self.ports()]
        raise self.refuse(
            tr(
                "“{first}” and “{second}” must have the same shape",
                first=names[first],
                second=names[second],
            ),
            expected=shape_text(a),
            got=shape_text(b),
        )

    def ports(self) -> list[Port]:
        """Return the port of every connected input, variadic ones repeated.

        Where several ports are optional, their kinds tell which of them are connected.
        """
        ports: list[Port] = []
        for port in registry.get(self.type_id).inputs:
            ports.extend([port] * (len(self.shapes) if port.variadic else 1))
        for index, dtype in enumerate(self.dtypes):
            if len(ports) <= len(self.shapes):
                break
            wanted = {"float": True, "int": False}.get(ports[index].kind)
            is_other = wanted is not None and dtype.is_floating_point != wanted
            if ports[index].optional and is_other:
                del ports[index]
        return ports[: len(self.shapes)]
