"""The window's side of the engine: send commands, fetch what it tells."""

import itertools
from typing import Any, Protocol

from engine.protocol import commands
from engine.protocol.messages import Message
from engine.protocol.wire.transport import ProcessTransport


class Transport(Protocol):
    """What carries requests to a host and its messages back."""

    def send(self, request: commands.Request[Any]) -> None:
        """Hand a request over; never waits for the host."""

    def drain(self) -> list[Message]:
        """Return everything that has arrived; never waits."""

    def kill(self) -> None:
        """End a host that doesn't answer, at once; what it tells last is fetched."""

    def close(self, timeout_s: float) -> None:
        """End the host and everything that belongs to it."""


class EngineClient:
    """A connection to one engine.

    Answers carry the number of their request; what a run tells (frames, outcome)
    carries the number of its `Train` or `ResumeRun`.

    Args:
        transport: See `spawn`; `engine.host.connect` makes one within this process.

    Threads: `send` and `drain` never block and belong to one thread at a time.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._numbers = itertools.count(1)
        self._closed = False

    @classmethod
    def spawn(cls, language: str = "en") -> "EngineClient":
        """Start an engine in a child process; it tells `EngineReady` when it can.

        Args:
            language: Code of the language of its messages.

        Raises:
            OSError: When the system can't start a process.
        """
        return cls(ProcessTransport.spawn(language))

    def send(self, command: commands.Command[Any]) -> int:
        """Send one of `protocol.commands` and return its number."""
        number = next(self._numbers)
        if not self._closed:
            self._transport.send(commands.Request(number, command))
        return number

    def drain(self) -> list[Message]:
        """Return everything that has arrived since the last call."""
        return self._transport.drain()

    def kill(self) -> None:
        """End the engine at once, whatever it does; `EngineGone` follows."""
        self._transport.kill()

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop a run, end the engine, and return within `timeout_s`.

        An engine that doesn't end by itself is terminated, then killed.
        """
        if not self._closed:
            self._closed = True
            self._transport.close(timeout_s)
