"""The engine on a thread of this process, for tests and scripts."""

import queue
import threading
import time
from typing import Any

from engine.protocol.commands import Close, Request
from engine.protocol.messages import Message
from engine.protocol.wire.client import EngineClient
from engine.protocol.wire.mailbox import Mailbox

_INBOX = 64


class ThreadTransport:
    """A host on a thread; values are handed over as they are.

    Threads: `send` and `drain` may be called from any thread.
    """

    def __init__(self) -> None:
        self._inbox = Mailbox(keep=_INBOX)
        self._requests: queue.SimpleQueue[Request[Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="engine host")
        self._thread.start()

    def send(self, request: Request[Any]) -> None:
        """Hand a request to the host."""
        self._requests.put(request)

    def drain(self) -> list[Message]:
        """Return everything that has arrived; never blocks."""
        return self._inbox.drain()

    def kill(self) -> None:
        """Do nothing: a thread can't be killed."""

    def close(self, timeout_s: float) -> None:
        """End the host.

        Raises:
            TimeoutError: When it is still busy; a thread can't be killed.
        """
        deadline = time.monotonic() + timeout_s
        self._requests.put(Request(0, Close()))
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            raise TimeoutError(self._thread.name)

    def _serve(self) -> None:
        from engine.host.service import Host  # loads torch

        Host(self._inbox.put).serve(self._requests.get)


def connect() -> EngineClient:
    """Start an engine on a thread of this process and return its client."""
    return EngineClient(ThreadTransport())
