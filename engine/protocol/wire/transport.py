"""The engine in a child process: pipes, the threads that serve them, and its end.

The child reads requests from its standard input and writes messages to its standard
output; its standard error is kept for crash reports. The reader and writer threads
are daemons that touch nothing but their pipe, so that they can never keep a process
from ending.
"""

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.protocol.commands import Close, Ping, Request
from engine.protocol.messages import EngineGone, Failed, Message, Pong
from engine.protocol.wire import encoding, requests
from engine.protocol.wire.exits import exit_words
from engine.protocol.wire.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

_STDERR_LINES = 60
_INBOX = 64
_KILL_RESERVE = 0.4
"""Share of the time to close that is kept for terminating and killing."""


class ProcessTransport:
    """A child process that is an engine, seen from its parent.

    Args:
        process: The child, with pipes for all three standard streams.

    Threads: `send` and `drain` may be called from any thread, `close` from one.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._inbox = Mailbox(keep=_INBOX)
        self._outbox: queue.SimpleQueue[Request[Any] | None] = queue.SimpleQueue()
        self._errors: deque[str] = deque(maxlen=_STDERR_LINES)
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=f"engine {name}", daemon=True)
            for name, target in (
                ("reader", self._read),
                ("writer", self._write),
                ("listener", self._listen),
            )
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self._process.kill)

    @classmethod
    def spawn(cls, language: str) -> "ProcessTransport":
        """Start `python -m engine.host --pipe` and connect to it."""
        arguments = ["-m", "engine.host", "--pipe", "--language", language]
        return cls(start(arguments))

    def send(self, request: Request[Any]) -> None:
        """Hand a request to the writer thread."""
        self._outbox.put(request)

    def drain(self) -> list[Message]:
        """Return everything that has arrived; never blocks."""
        return self._inbox.drain()

    def kill(self) -> None:
        """End the child at once, also a stopped one; the reader then tells it."""
        self._process.kill()

    def close(self, timeout_s: float) -> None:
        """Ask the child to end; terminate, then kill it when it doesn't.

        Args:
            timeout_s: After this long everything is over.
        """
        deadline = time.monotonic() + timeout_s
        self._closing.set()
        self.send(Request(0, Close()))
        self._outbox.put(None)
        if not _ended(self._process, timeout_s * (1 - _KILL_RESERVE)):
            self._process.terminate()
            if not _ended(self._process, timeout_s * _KILL_RESERVE / 2):
                self._process.kill()
        _ended(self._process, max(0.1, deadline - time.monotonic()))
        self._inbox.close()
        for thread in self._threads:
            thread.join(max(0.05, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            for pipe in (self._process.stdout, self._process.stderr):
                assert pipe
                pipe.close()
        atexit.unregister(self._process.kill)

    def _read(self) -> None:
        """Put what the child tells into the inbox until it ends."""
        assert self._process.stdout
        reason = ""
        try:
            while (message := encoding.read(self._process.stdout)) is not None:
                self._inbox.put(message)
        except (OSError, ValueError) as error:
            reason = str(error)
        if not self._closing.is_set():
            self._inbox.put(Message(0, self._last_words(reason)))

    def _last_words(self, reason: str) -> EngineGone:
        """Return why the child is gone, with the end of what it printed."""
        if reason:
            self._process.kill()
        _ended(self._process, 2.0)
        self._threads[-1].join(1.0)
        said = "\n".join(self._errors)
        return EngineGone(exit_words(self._process.returncode, said, reason), said)

    def _write(self) -> None:
        """Send requests until None; a dead child is noticed by the reader."""
        assert self._process.stdin
        with contextlib.suppress(OSError, ValueError), self._process.stdin as out:
            while (request := self._outbox.get()) is not None:
                send_all(out, encoding.encode(request))

    def _listen(self) -> None:
        """Keep the last lines of the child's standard error."""
        assert self._process.stderr
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stderr:
                self._errors.append(line.decode("utf-8", "replace").rstrip())


def start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    """Start this Python with `arguments` and pipes for all standard streams."""
    here = str(Path(__file__).parents[3])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


def _ended(process: "subprocess.Popen[bytes]", timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


class PipeServer:
    """The parent, seen from the child: what it asks, and how to answer.

    Args:
        source: Where requests come from.
        target: Where messages go.
        grace_s: How long the child may still work after its parent is gone.

    Attributes:
        hurry: Asked first, on the reading thread: returns whether it has obeyed a
            request that must not wait for the ones before.

    Threads: `send` may be called from any thread and never blocks.
    """

    def __init__(
        self, source: IO[bytes], target: IO[bytes], grace_s: float = 10.0
    ) -> None:
        self.requests: queue.SimpleQueue[Request[Any]] = queue.SimpleQueue()
        self._source, self._target, self._grace_s = source, target, grace_s
        self.hurry: Callable[[Request[Any]], bool] = lambda _request: False
        self._outbox = Mailbox(keep=2)
        self._ready = threading.Event()
        self._done = threading.Event()
        self._writer = threading.Thread(
            target=self._write, name="engine writer", daemon=True
        )
        reader = threading.Thread(target=self._read, name="engine reader", daemon=True)
        self._writer.start()
        reader.start()

    def ready(self) -> None:
        """Say that requests are being answered; before, `Close` ends at once."""
        self._ready.set()

    def send(self, message: Message) -> None:
        """Hand a message to the writer thread."""
        self._outbox.put(message)

    def close(self) -> None:
        """Send what is waiting and stop."""
        self._outbox.close()
        self._writer.join(1.0)
        self._done.set()

    def _read(self) -> None:
        try:
            while (value := encoding.read(self._source)) is not None:
                self._accept(requests.request(value))
        except encoding.WireError as error:  # the parent keeps our last words
            sys.stderr.write(f"{error}\n")
        except OSError:
            pass
        self._accept(Request(0, Close()))
        if not self._done.wait(self._grace_s):
            os._exit(1)

    def _accept(self, request: Request[Any]) -> None:
        if isinstance(request.command, Close) and not self._ready.is_set():
            os._exit(0)
        if wrong := requests.wrong(request.command):
            self.send(Message(request.number, Failed(wrong)))
        elif isinstance(request.command, Ping):
            self.send(Message(request.number, Pong()))
        elif not self.hurry(request):
            self.requests.put(request)

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while (message := self._outbox.get()) is not None:
                send_all(self._target, encoding.encode(message))


def send_all(stream: IO[bytes], data: bytes) -> None:
    """Write all of `data` to an unbuffered stream."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


def take_standard_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes to the parent; prints then go to standard error instead."""
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, target
