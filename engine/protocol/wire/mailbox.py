"""Queues of messages that a slow reader can't make grow without end.

Frames that pile up are merged into one: every loss is kept, and of the measurements as
many as one frame may have. All other messages are kept as they are, in order.
"""

import math
import threading
from collections import deque
from dataclasses import replace

import numpy as np

from engine.protocol import samples
from engine.protocol.messages import Frame, LayerSample, Message, View


class Mailbox:
    """A queue of messages between two threads.

    Args:
        keep: How many messages may wait before frames are merged.

    Threads: every method may be called from any thread.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._messages: deque[Message] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, message: Message) -> None:
        """Add a message; never blocks. Ignored after `close`."""
        with self._changed:
            if self._closed:
                return
            last = self._messages[-1] if self._messages else None
            if len(self._messages) >= self._keep and last and joins(last, message):
                self._messages[-1] = joined(last, message)
            else:
                self._messages.append(message)
            self._changed.notify()

    def get(self) -> Message | None:
        """Wait for a message and return it; None once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._closed)
            return self._messages.popleft() if self._messages else None

    def drain(self) -> list[Message]:
        """Return all that is there without waiting."""
        with self._changed:
            messages = list(self._messages)
            self._messages.clear()
            return messages

    def close(self) -> None:
        """Take nothing more; what is there can still be fetched."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def joins(first: Message, second: Message) -> bool:
    """Return whether both carry frames of the same run."""
    frames = isinstance(first.body, Frame) and isinstance(second.body, Frame)
    return frames and first.number == second.number


def joined(first: Message, second: Message) -> Message:
    """Return one message for two that `joins` accepts."""
    old, new = first.body, second.body
    assert isinstance(old, Frame)
    assert isinstance(new, Frame)
    return replace(second, body=merge(old, new))


def merge(old: Frame, new: Frame) -> Frame:
    """Return one frame for two that follow each other."""
    return replace(
        new,
        steps=np.concatenate([old.steps, new.steps]),
        losses=np.concatenate([old.losses, new.losses]),
        rates=np.concatenate([old.rates, new.rates]),
        sample=new.sample or old.sample,
        earlier=_earlier(old, new),
        evaluations=old.evaluations + new.evaluations,
        eta_s=old.eta_s if math.isnan(new.eta_s) else new.eta_s,
        log=old.log + new.log,
        views=_newest(old.views + new.views),
        changes=old.changes + new.changes,
    )


def _earlier(old: Frame, new: Frame) -> tuple[LayerSample, ...]:
    """Return the measurements of both but the newest of all."""
    before = old.sample if old.sample and new.sample else None
    both = (*old.earlier, *((before,) if before else ()), *new.earlier)
    return samples.thinned(both)


def _newest(views: tuple[View, ...]) -> tuple[View, ...]:
    """Return the last view of each node."""
    return tuple({view.node: view for view in views}.values())
