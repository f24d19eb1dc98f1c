"""Wires and their ends, as they are written: `node.port`."""

import re
from dataclasses import dataclass

from engine.errors import GraphError
from engine.i18n import tr

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,199}")


@dataclass(frozen=True, order=True)
class Endpoint:
    """One port of one node, written `node.port`."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Endpoint":
        """Read `node.port`.

        Raises:
            GraphError: When the text has another form.
        """
        node, dot, port = text.partition(".")
        if not (dot and ID_PATTERN.fullmatch(node) and ID_PATTERN.fullmatch(port)):
            raise GraphError(
                tr("This is not an end of a wire"), expected="node.port", got=text
            )
        return cls(node, port)


@dataclass(frozen=True, order=True)
class Edge:
    """A wire from an output to an input."""

    source: Endpoint
    target: Endpoint

    def __hash__(self) -> int:
        """Hash once: wires are looked up a lot, by the thousand."""
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = hash((self.source, self.target))
        return known

    def __reduce__(self) -> tuple[type["Edge"], tuple[Endpoint, Endpoint]]:
        """Leave the hash behind: texts have others in another process."""
        return Edge, (self.source, self.target)

    @classmethod
    def parse(cls, source: str, target: str) -> "Edge":
        """Read both ends, each as `node.port`."""
        return cls(Endpoint.parse(source), Endpoint.parse(target))
