"""One trial in a process of its own: `python -m engine.bench.sweep.child`.

It reads one JSON object from its input and writes one per evaluation, then one at the
end. A stop ends it with a checkpoint; the next one goes on from there.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from engine.errors import DocumentError, EngineError
from engine.folder import parts
from engine.graph.files import serialize
from engine.graph.settings_text import assign
from engine.i18n import tr
from engine.protocol.messages import Evaluation
from engine.training.loop.launch import launch
from engine.training.loop.observer import Nobody
from engine.training.loop.trainer import Trainer
from engine.training.parts import threads
from engine.training.records import keeping, runs

ACCOUNT = "run.json"


class _Teller(Nobody):
    """Writes every evaluation.

    Args:
        score: The one that counts.
    """

    def __init__(self, score: str) -> None:
        self._score = score

    def evaluated(self, evaluation: Evaluation) -> None:
        """Write its score."""
        value = evaluation.values.get(self._score)
        tell({"step": evaluation.step, "value": value})


def tell(record: dict[str, Any]) -> None:
    """Write one record in one line; nobody may be left to read it."""
    try:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the trial is about to be stopped, and keeps what it has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _line() -> bytes:
    """Return the first line of the input; what follows is left in the pipe."""
    found = b""
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        found += byte
    return found


def main() -> int:
    """Train one trial."""
    wish = json.loads(_line())
    threads.flush_denormals()
    try:
        trainer = _trainer(wish)
        signal.signal(signal.SIGTERM, lambda *_: trainer.request_stop())
        threading.Thread(target=_listen, args=(trainer,), daemon=True).start()
        trainer.observer = _Teller(wish["score"])
        for _ in trainer.steps():
            pass
    except (EngineError, OSError) as error:
        tell({"failed": str(error)})
        return 2
    ending = trainer.ending
    kind = ending.kind if ending else "failed"
    tell(
        {
            "ended": kind,
            "value": _value(trainer, wish),
            "words": ending.text if ending and kind == "diverged" else "",
        }
    )
    return 0


def _trainer(wish: dict[str, Any]) -> Trainer:
    """Return what goes on with the trial's run, or begins it.

    Raises:
        EngineError: When something else stands in its place.
    """
    out = Path(wish["out"])
    project = serialize.load(Path(wish["project"]))
    assign(project, wish["set"])
    if os.path.lexists(out):
        parts.listed(out.parent, out.name)  # refuses a link
    if (out / ACCOUNT).is_file():
        run = runs.open_run(out)
        if run.document != serialize.dumps(project):
            raise DocumentError(
                tr("Another run stands in the place of this trial"), where=str(out)
            )
        if run.has_checkpoint:
            return Trainer.resume(run, monitor=False)
        run.close()
        keeping.discard(out, whole=True)  # ended before its first step
    trainer, _ = launch(out.parent, project, name=out.name, monitor=False)
    return trainer


def _value(trainer: Trainer, wish: dict[str, Any]) -> float | None:
    """Return the score of the weights that it has ended with."""
    if trainer.results:
        return trainer.results.get(wish["score"])
    run = runs.open_run(Path(wish["out"]))  # it had ended before it went on
    evaluations = run.read_evaluations()
    run.close()
    if trainer.parts.training.value("keep_best"):
        evaluations = [each for each in evaluations if each.best] or evaluations
    return evaluations[-1].values.get(wish["score"]) if evaluations else None


def _listen(trainer: Trainer) -> None:
    """Stop when the one who began this trial is gone: its end of the pipe is shut."""
    while os.read(0, 1):
        pass
    trainer.request_stop()


if __name__ == "__main__":
    sys.exit(main())
