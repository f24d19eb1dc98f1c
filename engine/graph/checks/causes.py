"""What a problem of a document is about, for those who look for its fixes."""

from dataclasses import dataclass

from engine.graph.ends import Edge, Endpoint
from engine.graph.network import Node
from engine.graph.problems import Problem
from engine.layers.spec import Param, Port, Value


@dataclass(frozen=True)
class Recursion:
    """A block that contains itself."""

    block: str


@dataclass(frozen=True)
class UnknownSetting:
    """A setting that the catalogue doesn't have."""

    scope: str
    node: Node
    name: str


@dataclass(frozen=True)
class BadValue:
    """A setting with a value that it can't have."""

    scope: str
    node: Node
    param: Param
    value: Value


@dataclass(frozen=True)
class TooManySamples:
    """A data node that asks for more samples than `count`, which there are."""

    scope: str
    node: Node
    count: int


@dataclass(frozen=True)
class NoSuchClass:
    """A data node that asks for classes which are not there, and for some, `kept`."""

    scope: str
    node: Node
    kept: tuple[int, ...]


@dataclass(frozen=True)
class NoDefinition:
    """An instance of a block that the project doesn't have."""

    scope: str
    node: Node


@dataclass(frozen=True)
class TwoWires:
    """Two wires into an input that takes one."""

    scope: str
    first: Edge
    second: Edge


@dataclass(frozen=True)
class WrongKind:
    """A wire between ports of different kinds."""

    scope: str
    edge: Edge
    source: Port
    target: Port


@dataclass(frozen=True)
class NoPort:
    """A wire that begins or ends at a port which is not there.

    Args:
        scope: Of the wire.
        edge: The wire.
        end: The end without a port.
        target: The port it ends in, where that is there.
    """

    scope: str
    edge: Edge
    end: Endpoint
    target: Port | None


@dataclass(frozen=True)
class NotConnected:
    """An input that needs a wire and has none."""

    scope: str
    node: Node
    port: Port


@dataclass(frozen=True)
class LostOutput:
    """An output of a block that leads to nothing inside."""

    block: str
    port: str


@dataclass(frozen=True)
class LostInput:
    """An input of a block that leads to nothing inside."""

    block: str
    port: str


@dataclass(frozen=True)
class FedTwice:
    """An inner input that a port of the block feeds beside something else."""

    block: str
    port: str
    end: Endpoint


@dataclass(frozen=True)
class NotMinimisable:
    """A path among what a phase minimises that leads to no loss."""

    phase: int
    path: str


@dataclass(frozen=True)
class NotUpdatable:
    """A path among what a phase updates that leads nowhere."""

    phase: int
    path: str


Cause = (
    Recursion
    | UnknownSetting
    | BadValue
    | TooManySamples
    | NoSuchClass
    | NoDefinition
    | TwoWires
    | WrongKind
    | NoPort
    | NotConnected
    | LostOutput
    | LostInput
    | FedTwice
    | NotMinimisable
    | NotUpdatable
)
Told = tuple[Problem, Cause | None]
"""A problem without fixes, and what it is about; None where nothing can be offered."""
