"""How somebody works in a window that is killed at a random moment.

What the window has answered is known outside; nothing else counts as done.
"""

import hashlib
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.helpers.desk import Desk

LATE_S, TRAIN_S = 2.0, 90.0
"""What was made earlier than this before the end must be kept."""


class GoneError(Exception):
    """The window was killed."""


@dataclass
class Ledger:
    """What is known from outside of one window's work.

    Args:
        desk: The window.
        file: Where its document is saved, if anywhere.
    """

    desk: Desk
    file: Path | None
    digests: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    killed: float = 0.0

    def do(self, call: str) -> None:
        """Do something with the hands, and write down what it led to."""
        answer = self._ask(f"hands.{call}")
        for digest in answer if isinstance(answer, list) else [answer]:
            if not self.digests or digest != self.digests[-1]:
                self.digests.append(str(digest))
                self.times.append(time.monotonic())

    def ask(self, question: str) -> object:
        """Return what the window answers."""
        return self._ask(question)

    def wait(self, question: str) -> None:
        """Wait until the answer to a question is true."""
        limit = time.monotonic() + TRAIN_S
        while not self._ask(question):
            if time.monotonic() > limit:
                raise AssertionError(f"never: {question}")
            time.sleep(0.05)

    def _ask(self, question: str) -> object:
        try:
            return self.desk.ask(question)
        except (OSError, AssertionError) as error:
            if self.killed:
                raise GoneError from error
            raise

    def kill_in(self, seconds: float) -> None:
        """Let the window be killed at a moment of its own."""
        threading.Thread(target=self._kill, args=(seconds,), daemon=True).start()

    def _kill(self, seconds: float) -> None:
        time.sleep(seconds)
        self.killed = time.monotonic()
        self.desk.process.send_signal(signal.SIGKILL)

    def lost(self, recovered: str) -> str:
        """Return why too much is lost when this is what is left, or nothing."""
        if recovered not in self.digests:
            return f"what is left was never made: {recovered[:8]}"
        last = len(self.digests) - 1
        kept = last - self.digests[::-1].index(recovered)
        if last - kept <= 1:
            return ""
        age = self.killed - self.times[kept + 1]
        lost = f"{last - kept} edits, the first {age:.2f} s before the end"
        return f"lost {lost}" if age > LATE_S else ""


def digest_of(path: Path | None) -> str:
    """Return the hash of a file, empty where there is none."""
    if path is None or not path.exists():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


Rhythm = Callable[[Ledger, random.Random], Iterator[float]]
"""Does something, yields how long to wait before the next."""


def steady(every_s: float) -> Rhythm:
    """Return one edit after the other, at an even pace, without a pause."""

    def work(ledger: Ledger, _chance: random.Random) -> Iterator[float]:
        for number in range(10**6):
            ledger.do(f"edit({number})")
            yield every_s

    return work


def single(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit, then think."""
    for number in range(10**6):
        ledger.do(f"edit({number})")
        yield chance.uniform(0.3, 3.5)


def bursts(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit much at once, then think."""
    number = 0
    while True:
        count = chance.randint(5, 40)
        ledger.do(f"edits({number}, {count})")
        number += count
        yield chance.uniform(0.1, 2.5)


def holding(ledger: Ledger, _chance: random.Random) -> Iterator[float]:
    """Hold the key that a number grows by."""
    ledger.do("focus_number()")
    while True:
        ledger.do("hold()")
        yield 0.03


def dragging(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Drag a node for a while, again and again."""
    while True:
        ledger.do("grab()")
        for step in range(chance.randint(5, 60)):
            ledger.do(f"pull({step})")
            yield 0.02
        ledger.do("let_go()")
        yield chance.uniform(0.05, 1.0)


def typing(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit, then type into a field that is not left."""
    for number in range(chance.randint(1, 6)):
        ledger.do(f"edit({number})")
        yield 0.2
    ledger.do("focus_number()")
    for number in range(10**6):
        ledger.do(f"letter({number})")
        yield chance.uniform(0.1, 0.5)


def inside(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit inside a block, and outside at times."""
    for number in range(10**6):
        ledger.do(f"{'inside' if chance.random() < 0.8 else 'edit'}({number})")
        yield chance.uniform(0.05, 1.5)


def storm(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Take back and make again, as fast as keys repeat."""
    ledger.do("edits(0, 30)")
    while True:
        way = chance.choice(["undo()", "redo()"])
        for _ in range(chance.randint(1, 30)):
            ledger.do(way)
            yield 0.02
        if chance.random() < 0.2:
            ledger.do(f"edit({chance.randint(100, 10**6)})")


def training(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit while the network trains."""
    ledger.wait("window.actions_['train'].isEnabled()")
    ledger.ask("lengthen()")
    ledger.do("digest()")
    ledger.ask("window.controllers.training.train()")
    for number in range(10**6):
        ledger.do(f"edit({4 * number + 1})")
        yield chance.uniform(0.1, 0.8)


def saving(ledger: Ledger, chance: random.Random) -> Iterator[float]:
    """Edit and save; at times the end comes just then."""
    assert ledger.file is not None
    for number in range(10**6):
        for _ in range(chance.randint(1, 3)):
            ledger.do(f"edit({number})")
            yield chance.choice([0.0, 0.3, 0.9, 1.1])
        ledger.do(f"save({str(ledger.file)!r})")
        yield chance.choice([0.0, 0.01, 0.3, 1.5])


RHYTHMS: dict[str, Rhythm] = {
    "single edits": single,
    "every 0.2 s": steady(0.2),
    "every 0.5 s": steady(0.5),
    "every 1 s": steady(1.0),
    "every 2 s": steady(2.0),
    "bursts": bursts,
    "a key held": holding,
    "a node dragged": dragging,
    "typing": typing,
    "inside a block": inside,
    "undo and redo": storm,
    "while training": training,
    "right after save": saving,
}


def work(ledger: Ledger, rhythm: Rhythm, chance: random.Random) -> None:
    """Work until the window is killed."""
    try:
        for pause in rhythm(ledger, chance):
            time.sleep(pause)
    except GoneError:
        return
