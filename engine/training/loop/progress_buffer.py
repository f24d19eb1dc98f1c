"""What a training has to tell since it was last asked, and to its run at once."""

from engine.graph.model import Project
from engine.protocol.messages import Evaluation, LayerSample, View
from engine.training.loop.events import Progress, sentence
from engine.training.loop.history import NAN, Losses, StepLog
from engine.training.loop.recorder import Recorder


class Row:
    """Losses and rates of one step, a column a phase; NaN where none ran."""

    def __init__(self, num_phases: int) -> None:
        self.losses: Losses = [NAN] * num_phases
        self.rates = [NAN] * num_phases


class ProgressBuffer:
    """Collects for the next frame and passes on to the recorder.

    Args:
        num_phases: Columns of losses.
        recorder: Of the run.
        project: What is trained; only read.
    """

    def __init__(self, num_phases: int, recorder: Recorder, project: Project) -> None:
        self._recorder, self._project = recorder, project
        self._steps = StepLog(num_phases)
        self._evaluations: list[Evaluation] = []
        self._lines: list[str] = []
        self._changes: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._steps or self._evaluations or self._lines)

    def add_step(self, step: int, row: Row) -> None:
        """Tell losses and rates of a step; the row must not change any more."""
        self._steps.add(step, row.losses, row.rates)
        self._recorder.add_step(step, row.losses, row.rates)

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Tell an evaluation, also as a line."""
        self._evaluations.append(evaluation)
        self._recorder.add_evaluation(evaluation)
        self.log(sentence(evaluation, self._project))

    def log(self, line: str) -> None:
        """Tell a line."""
        self._lines.append(line)
        self._recorder.log(line)

    def add_change(self, step: int) -> None:
        """Tell that a setting is another one from this step."""
        self._changes.append(step)

    def drain(
        self, samples: tuple[LayerSample, ...], views: tuple[View, ...] = ()
    ) -> Progress:
        """Return everything since the last call, once."""
        evaluations, self._evaluations = tuple(self._evaluations), []
        lines, self._lines = tuple(self._lines), []
        changes, self._changes = tuple(self._changes), []
        told = self._steps.drain()
        newest = samples[-1] if samples else None
        return Progress(
            *told, newest, evaluations, lines, views, changes, earlier=samples[:-1]
        )
