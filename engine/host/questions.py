"""Questions that are answered at once, whatever is being trained."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from engine.graph.files import serialize
from engine.host.checker import Checker
from engine.host.surveyor import Surveyor
from engine.protocol import commands, messages
from engine.protocol.commands import Command, Request
from engine.protocol.data import surveys
from engine.protocol.weights import WeightsPreview
from engine.training.listing.shelf import Shelf
from engine.training.records.past_runs import PastRuns
from engine.training.weights import initial_weights

Row: TypeAlias = tuple[type[Command[Any]], Callable[[Request[Any]], object]]


class Questions:
    """Knows documents, runs that were made before, and files of weights.

    Args:
        busy: Returns the folder of the run that is going on, or nothing.
        send: Takes what is told later, from other threads.

    Threads: the one that serves.
    """

    def __init__(
        self, busy: Callable[[], str], send: Callable[[messages.Message], None]
    ) -> None:
        self._busy = busy
        self._surveyor = Surveyor(send)
        self._checker = Checker()
        self._past_runs, self._shelf = PastRuns(), Shelf()

    def rows(self) -> Iterator[Row]:
        """Yield each command with what answers it."""
        yield commands.Check.handled(lambda r: self._checker.checked(r.command))
        yield commands.OpenRun.handled(lambda r: self._past_runs.open(r.command.run))
        yield commands.ReadCurves.handled(
            lambda r: self._past_runs.part(r.command.run, r.command.part)
        )
        yield from self._shelf.rows(self._busy)
        yield commands.PreviewWeights.handled(self._preview)
        yield surveys.SurveyData.handled(self._surveyor.ask)
        yield surveys.EndSurvey.handled(lambda _request: self._surveyor.cancel())

    def close(self) -> None:
        """Give up what is being read."""
        self._surveyor.close()

    def _preview(self, request: Request[commands.PreviewWeights]) -> WeightsPreview:
        command = request.command
        project = serialize.loads(command.document)
        return initial_weights.preview(project, command.path, command.prefix)
