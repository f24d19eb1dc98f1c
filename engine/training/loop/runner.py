"""Drives a trainer on a thread of its own: start, pause, step, stop, and frames."""

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.errors import EngineError
from engine.i18n import tr
from engine.protocol.messages import Frame, Outcome, RunStarted
from engine.training.loop.events import Step, begun
from engine.training.loop.throughput import Throughput
from engine.training.loop.trainer import Trainer

FRAME_S = 1.0 / 30.0
"""Shortest time between two frames."""
_SHARE = 0.0025
"""Of the time may be spent on frames; dear ones become rare."""
_COSTS_KNOWN = 3
"""The least of so many counts: what waited for a busy machine is no dear frame."""
_MOST_S, _EVER_MOST_S = 2.0, 10.0
"""Longest time between two: until so many are known, and later."""


@dataclass
class Listeners:
    """Who is told; all are called on the training thread and must be quick.

    Args:
        on_frame: At most 30 times a second, at each pause and at the end.
        on_outcome: Once, as the last.
        on_started: Once, before the first frame.
        on_refused: A setting could not be changed.
    """

    on_frame: Callable[[Frame], None]
    on_outcome: Callable[[Outcome], None]
    on_started: Callable[[RunStarted], None] = lambda _started: None
    on_refused: Callable[[EngineError], None] = lambda _error: None


class Runner:
    """Runs a trainer in the background until its end.

    Args:
        trainer: What to run; from `start` on it belongs to the runner's thread.
        on_frame: See `Listeners`.
        on_outcome: See `Listeners`.
        on_started: See `Listeners`.
        on_refused: See `Listeners`.

    Threads: all methods from any thread; none waits but `join`.
    """

    def __init__(
        self,
        trainer: Trainer,
        on_frame: Callable[[Frame], None],
        on_outcome: Callable[[Outcome], None],
        on_started: Callable[[RunStarted], None] = lambda _started: None,
        on_refused: Callable[[EngineError], None] = lambda _error: None,
    ) -> None:
        self._held: Trainer | None = trainer
        trainer.viewing.watched = trainer.holds = True
        self._tell = Listeners(on_frame, on_outcome, on_started, on_refused)
        self._pace = Throughput()
        self._changed = threading.Condition()
        self._orders: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name="training")
        self._paused = False
        self._steps_left: int | None = None
        self._until_epoch_end = False
        self._next_frame = 0.0
        self._frames_s: deque[float] = deque(maxlen=_COSTS_KNOWN)

    def start(self, *, paused: bool = False) -> None:
        """Begin; with `paused`, wait before the first step."""
        self._paused = paused
        self._thread.start()

    def pause(self) -> None:
        """Wait after the present step; writes a checkpoint."""
        self._order(lambda: self._go(paused=True))

    def resume(self) -> None:
        """Go on until the end."""
        self._order(lambda: self._go(paused=False))

    def step(self, count: int = 1) -> None:
        """Make `count` steps, then pause."""
        self._order(lambda: self._go(paused=False, steps=count))

    def run_to_epoch_end(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._order(lambda: self._go(paused=False, to_epoch_end=True))

    def stop(self) -> None:
        """End now, with a checkpoint."""
        if self._held:
            self._held.request_stop()
        self._order(lambda: self._go(paused=False))

    def set_hyper(self, name: str, value: float, phase: str = "") -> None:
        """Change a setting after the present step; see `Trainer.set_hyper`."""
        self._order(lambda: self._set_hyper(name, value, phase))

    def watch(self, kinds: Sequence[str]) -> None:
        """Watch these things inside the network and no others; see `Inside`."""
        self._order(lambda: self._watch(kinds))

    def _watch(self, kinds: Sequence[str]) -> None:
        self._trainer.inside.watch(kinds)
        if self._paused:
            deque(self._trainer.look_inside(), maxlen=0)

    def do(self, action: Callable[[], None]) -> None:
        """Call something on the training thread between two steps, also in a pause."""
        self._order(action)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of the thread; returns whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def release(self) -> None:
        """Let go of the trainer after its end: nothing but `running` counts then."""
        self._held = None

    @property
    def _trainer(self) -> Trainer:
        assert self._held
        return self._held

    @property
    def running(self) -> bool:
        """Whether the thread is alive, paused or not."""
        return self._thread.is_alive()

    def _order(self, order: Callable[[], None]) -> None:
        with self._changed:
            self._orders.append(order)
            self._changed.notify()

    def _go(
        self, *, paused: bool, steps: int | None = None, to_epoch_end: bool = False
    ) -> None:
        self._paused, self._steps_left = paused, steps
        self._until_epoch_end = to_epoch_end

    def _set_hyper(self, name: str, value: float, phase: str) -> None:
        try:
            self._trainer.set_hyper(name, value, phase)
        except EngineError as error:
            self._tell.on_refused(error)

    def _run(self) -> None:
        """Body of the thread: whatever happens, there is one outcome."""
        try:
            outcome = self._train()
        except BaseException as error:  # noqa: BLE001 - becomes the outcome
            outcome = self._failure(error)
        try:
            self._send_frame()
        finally:
            self._tell.on_outcome(outcome)

    def _train(self) -> Outcome:
        trainer = self._trainer
        trainer.begin()
        started = trainer.started()
        self._tell.on_started(started)
        trainer.log(begun(started))
        self._pace.start(trainer)
        if self._paused:
            self._wait()
        steps = trainer.steps()
        try:
            made = trainer.step
            for step in steps:
                if step is Step.HOLD:
                    self._hold()
                elif trainer.at_border and trainer.step != made:
                    made = trainer.step
                    self._between_steps()
                elif time.perf_counter() >= self._next_frame:
                    self._send_frame()
        finally:
            steps.close()
        ending = trainer.ending
        assert ending
        folder = trainer.recorder.folder
        return Outcome(ending.kind, folder, trainer.step, ending.text, ending.node)

    def _between_steps(self) -> None:
        """Obey orders, pause if asked to, and send a frame if it is time."""
        if self._steps_left is not None:
            self._steps_left -= 1
            self._paused = self._steps_left <= 0
        if self._until_epoch_end:
            self._paused = self._trainer.at_epoch_end
        while self._orders:
            self._orders.popleft()()
        if self._paused:
            self._wait()
        if time.perf_counter() >= self._next_frame:
            self._send_frame()

    def _hold(self) -> None:
        """Wait while the disk takes nothing, until somebody wants to try again."""
        self._paused = True
        self._wait()
        self._trainer.recorder.retry(self._trainer.step)

    def _wait(self) -> None:
        """Stay paused until an order ends it."""
        self._trainer.save()
        if self._steps_left is None and self._trainer.step:
            self._trainer.log(tr("Paused after step {step}", step=self._trainer.step))
        self._pace.pause()
        self._trainer.recorder.pause()
        self._trainer.monitor.settle()
        self._trainer.monitor.budget.pause()
        self._send_frame()
        deque(self._trainer.show(), maxlen=0)
        deque(self._trainer.look_inside(), maxlen=0)
        self._trainer.recorder.settle()
        if self._trainer.has_news or self._trainer.recorder.trouble:
            self._send_frame()
        while self._paused:
            with self._changed:
                self._changed.wait_for(lambda: self._orders)
            while self._orders:
                self._orders.popleft()()
            if self._trainer.has_news:
                self._send_frame()
        self._trainer.monitor.budget.resume()
        self._pace.start(self._trainer)

    def _send_frame(self) -> None:
        """Tell what happened since the last frame."""
        trainer, start = self._trainer, time.perf_counter()
        counted = trainer.monitor.budget.spent_s
        self._pace.tick(trainer)
        progress = trainer.drain()
        trouble = trainer.recorder.trouble if self._paused else None
        frame = Frame(
            step=trainer.step,
            epoch=trainer.epoch,
            state="paused" if self._paused else "training",
            samples_per_s=self._pace.samples_per_s,
            overhead=trainer.overhead,
            eta_s=self._pace.eta_s(trainer),
            held=str(trouble or ""),
            **vars(progress),
        )
        self._tell.on_frame(frame)
        took = time.perf_counter() - start
        counted = trainer.monitor.budget.spent_s - counted
        trainer.monitor.budget.also(took - counted)
        self._next_frame = start + self._frames_apart_s(took)

    def _frames_apart_s(self, took: float) -> float:
        """Return the seconds from one frame to the next.

        Args:
            took: Seconds for the newest.
        """
        self._frames_s.append(took)
        are_known = len(self._frames_s) == _COSTS_KNOWN
        most = _EVER_MOST_S if are_known else _MOST_S
        return min(max(FRAME_S, min(self._frames_s) / _SHARE), most)

    def _failure(self, error: BaseException) -> Outcome:
        trainer = self._trainer
        node = getattr(error, "node", "")
        known = isinstance(error, EngineError)
        text = str(error) if known else tr("Step {step} failed", step=trainer.step + 1)
        if not known:
            text += f": {type(error).__name__}: {error}"
        details = "".join(traceback.format_exception(error))
        with suppress(Exception):  # the disk may be what has failed
            trainer.log(text)
        with suppress(Exception):
            trainer.close("failed")
        folder = trainer.recorder.folder
        return Outcome("failed", folder, trainer.step, text, str(node), details)
