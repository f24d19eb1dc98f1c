"""What trains a project: its state, and the steps that change it."""

from collections.abc import Generator
from contextlib import suppress

from engine.errors import EngineError
from engine.training.loop.events import Step
from engine.training.loop.steps import Steps
from engine.training.loop.training_state import TrainingState
from engine.training.records.runs import Run


class Trainer(TrainingState):
    """Trains one project in small steps, and records them; see `TrainingState`.

    Threads: `request_stop` from any; all else from one thread.
    """

    @classmethod
    def resume(cls, run: Run, *, monitor: bool = True, more: int = 0) -> "Trainer":
        """Return a trainer that goes on from a run's last checkpoint.

        Device, threads and seed are those of the run: then it makes the same weights
        as if it had never been interrupted.

        Args:
            run: Its folder.
            monitor: Measure histograms and norms.
            more: As of `Run.lengthen`; early stopping then waits anew.

        Raises:
            EngineError: When the run or its checkpoint is not usable.
        """
        if more > 0:
            run.lengthen(more)
        project = run.project
        for name in ("device", "threads", "seed"):
            if name in run.info:
                value = run.info[name]
                project.training = project.training.with_value(name, value)
        try:
            trainer = cls(project, run=run, monitor=monitor)
        except EngineError:
            run.close()
            raise
        if more > 0:
            trainer.parts.stopping.forgive()
        return trainer

    def steps(self) -> Generator[Step, None, None]:
        """Yield after each of forward, loss, backward and update, until the end.

        Raises:
            TrainingError: When a step fails; it names the node and its input shapes.
        """
        self.begin()
        kind = "failed"
        try:
            yield from Steps(self).until_the_end()
            kind = self.ending.kind if self.ending else kind
        except GeneratorExit:
            kind = "stopped"
            raise
        except Exception:
            with suppress(Exception):  # what has failed first counts
                self.close(kind)
            raise
        finally:
            self.close(kind)
