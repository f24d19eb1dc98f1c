"""Who takes which answer of the engine."""

from collections.abc import Callable
from typing import Any, TypeVar

from workbench.session.link import Asked

Body = TypeVar("Body")


class Answers:
    """A table from the class of a message to the one who takes it."""

    def __init__(self) -> None:
        # Any: the class that is the key says what its taker takes, see `to`.
        self._takers: dict[type, Callable[[Any, Asked], None]] = {}

    def to(self, kind: type[Body], take: Callable[[Body, Asked], None]) -> None:
        """Let `take` have every message of the class `kind`.

        Args:
            kind: Class of the message.
            take: Gets the message and the command that it answers, or None.
        """
        self._takers[kind] = take

    def give(self, body: object, command: Asked) -> None:
        """Hand a message to the one who takes it; others are dropped."""
        take = self._takers.get(type(body))
        if take is not None:
            take(body, command)
