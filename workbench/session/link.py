"""The session's line to the engine: requests that wait, answers, a fresh engine."""

from collections.abc import Callable
from typing import Protocol

from engine.protocol.frame import Message

RESPAWNS = 3
"""How often in a row a crashed engine is started again without having answered."""


class Client(Protocol):
    """What the session needs of `engine.protocol.client.EngineClient`."""

    def send(self, command: object) -> int:
        """Hand a command to the engine and return its number."""

    def drain(self) -> list[Message]:
        """Return what has arrived; never waits."""

    def close(self, timeout_s: float) -> None:
        """End the engine within a time."""


class Link:
    """One engine after another, and which requests have no answer yet.

    Args:
        spawn: Starts an engine and returns its client.
    """

    def __init__(self, spawn: Callable[[], Client]) -> None:
        self._spawn = spawn
        self._client: Client | None = None
        self._waiting: dict[int, object] = {}
        self._crashes = 0
        self.ready = False

    @property
    def connected(self) -> bool:
        """Whether there is an engine to send to."""
        return self._client is not None

    @property
    def waiting(self) -> bool:
        """Whether an answer is due."""
        return bool(self._waiting)

    def open(self) -> None:
        """Start an engine unless one is there."""
        if self._client is None:
            self._client = self._spawn()

    def send(self, command: object, *, answered: bool = False) -> None:
        """Send a command; `answered` means that it will be answered."""
        if self._client is None:
            return
        number = self._client.send(command)
        if answered:
            self._waiting[number] = command

    def drain(self) -> list[Message]:
        """Return what has arrived since the last call."""
        return self._client.drain() if self._client is not None else []

    def answered(self, number: int) -> object | None:
        """Return the command with this number and stop waiting for its answer."""
        return self._waiting.pop(number, None)

    def greeted(self) -> None:
        """Note that the engine is up and answers."""
        self.ready, self._crashes = True, 0

    def lost(self) -> bool:
        """Drop an engine that is gone; return whether to start another one."""
        self.close(0.5)
        self._crashes += 1
        return self._crashes <= RESPAWNS

    def close(self, timeout_s: float) -> None:
        """End the engine within `timeout_s`."""
        client, self._client = self._client, None
        self._waiting.clear()
        self.ready = False
        if client is not None:
            client.close(timeout_s)
