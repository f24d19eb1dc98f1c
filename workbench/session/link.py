"""The session's line to the engine: requests that wait, answers, a fresh engine."""

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from engine.i18n import language
from engine.protocol.commands import Close, Command, Estimate
from engine.protocol.messages import Message

RESPAWNS, STEADY_S = 3, 30.0
"""How often in a row an engine that crashes soon is started again, and how long one
must have answered that did not crash soon."""


AnyCommand = Command[Any]
Asked = AnyCommand | None
"""What a message answers; None where nobody asked."""
Ask = Callable[[AnyCommand], None]
"""Sends a command that will be answered."""


class Client(Protocol):
    """What the session needs of `engine.protocol.wire.client.EngineClient`."""

    def send(self, command: AnyCommand) -> int:
        """Hand a command to the engine and return its number."""

    def drain(self) -> list[Message]:
        """Return what has arrived; never waits."""

    def kill(self) -> None:
        """End the engine at once, whatever it does; it tells that it is gone."""

    def close(self, timeout_s: float) -> None:
        """End the engine within a time."""


class Link:
    """One engine after another, and which requests have no answer yet.

    Args:
        spawn: Starts an engine and returns its client.

    Attributes:
        followed: A command that is told with each of its answers, not the first alone.
    """

    def __init__(self, spawn: Callable[[], Client]) -> None:
        self._spawn = spawn
        self.followed: Asked = None
        self._followed_number = -1
        self._client: Client | None = None
        self._waiting: dict[int, AnyCommand] = {}
        self._later: list[AnyCommand] = []
        self._crashes, self._greeted_at = 0, math.inf
        self.ready = False

    @property
    def connected(self) -> bool:
        """Whether there is an engine to send to."""
        return self._client is not None

    @property
    def waiting(self) -> bool:
        """Whether an answer is due."""
        return bool(self._waiting)

    @property
    def commands(self) -> list[AnyCommand]:
        """All commands without an answer."""
        return [*self._waiting.values()]

    @property
    def awaited(self) -> AnyCommand | None:
        """The oldest command without an answer; a forecast only if it is alone."""
        told = [c for c in self.commands if not isinstance(c, Estimate)]
        return next(iter(told or self.commands), None)

    def open(self) -> bool:
        """Start an engine unless one is there; return whether it has."""
        if self._client is not None:
            return False
        self._client = self._spawn()
        later, self._later = self._later, []
        for command in later:
            self.send(command, answered=True)
        return True

    def send(self, command: AnyCommand, *, answered: bool = False) -> None:
        """Send a command; `answered` means that it will be answered.

        Between two engines such a command waits for the next one.
        """
        if self._client is None:
            self._later += [command] * answered
            return
        number = self._client.send(command)
        if command is self.followed:
            self._followed_number = number
        if answered:
            self._waiting[number] = command

    def drain(self) -> list[Message]:
        """Return what has arrived since the last call."""
        return self._client.drain() if self._client is not None else []

    def answered(self, number: int) -> AnyCommand | None:
        """Return the command with this number and stop waiting for its answer."""
        command = self._waiting.pop(number, None)
        return self.followed if number == self._followed_number else command

    def greeted(self) -> None:
        """Note that the engine is up and answers."""
        self.ready, self._greeted_at = True, time.monotonic()

    def lost(self, *, forced: bool = False) -> bool:
        """Drop an engine that is gone; return whether to start another one.

        Args:
            forced: It was ended on purpose, which is no crash.
        """
        self.close(0.5)
        if forced or time.monotonic() - self._greeted_at > STEADY_S:
            self._crashes = 0
        self._greeted_at = math.inf
        self._crashes += not forced
        return self._crashes <= RESPAWNS

    def forgive(self) -> None:
        """Forget earlier crashes: somebody wants to try again."""
        self._crashes = 0

    def kill(self) -> None:
        """End the engine at once; it tells that it is gone."""
        if self._client is not None:
            self._client.kill()

    def dismiss(self) -> None:
        """Ask the engine to end, without waiting for it."""
        if self._client is not None:
            self._client.send(Close())

    def close(self, timeout_s: float) -> None:
        """End the engine within `timeout_s`."""
        client, self._client = self._client, None
        self._waiting.clear()
        self._followed_number = -1
        self.ready = False
        if client is not None:
            client.close(timeout_s)


def spawn_engine() -> Client:
    """Start an engine in a process of its own."""
    from engine.protocol.wire.client import EngineClient  # loads numpy

    return EngineClient.spawn(language=language())
