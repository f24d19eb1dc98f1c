"""The progress bar of `train`: plain text on a terminal, lines elsewhere."""

import shutil
import sys
import time
from types import TracebackType
from typing import TextIO

from engine.i18n import tr
from engine.protocol.messages import Evaluation
from engine.training.loop.trainer import Trainer

_EVERY_S = 0.1
_BAR = 24


class Progress:
    """Shows how far a training is; also empties what it tells.

    Args:
        trainer: Whose steps.
        shown: Otherwise nothing is written.
        stream: Where to; a bar when it is a terminal.
    """

    def __init__(
        self, trainer: Trainer, *, shown: bool, stream: TextIO | None = None
    ) -> None:
        self._trainer, self._shown = trainer, shown
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._first = trainer.step
        self._start = time.perf_counter()
        self._next = self._start + _EVERY_S
        self._loss = float("nan")
        self._values: dict[str, float] = {}

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._show()
        if self._shown and self._is_terminal:
            self._write("\n")

    def stepped(self) -> None:
        """Call after every step; shows something ten times a second."""
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + _EVERY_S
            self._show()

    def _show(self) -> None:
        told = self._trainer.drain()
        if len(told.losses):
            self._loss = float(told.losses[-1].sum())
        for evaluation in told.evaluations:
            self._values = evaluation.values
            if self._shown and not self._is_terminal:
                self._write(self._line(evaluation) + "\n")
        if self._shown and self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self._write("\r" + self._bar()[:width].ljust(width))

    def _line(self, evaluation: Evaluation) -> str:
        words = tr("step {step}", step=evaluation.step)
        return f"{words}  {_values(evaluation.values)}"

    def _bar(self) -> str:
        step, total = self._trainer.step, max(1, self._trainer.total_steps)
        filled = min(_BAR, _BAR * step // total)
        bar = "█" * filled + "░" * (_BAR - filled)
        made = step - self._first
        passed = time.perf_counter() - self._start
        left = passed / made * (total - step) if made else 0.0
        words = tr("step {step}/{total}", step=step, total=total)
        rest = tr("{seconds:.0f} s left", seconds=left)
        return f"{bar} {words}  loss {self._loss:.4g}  {_values(self._values)}  {rest}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _values(values: dict[str, float]) -> str:
    return "  ".join(f"val {name} {value:.4g}" for name, value in values.items())
