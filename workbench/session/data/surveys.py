"""Questions about sources of data: what a file or a data set holds."""

from collections.abc import Mapping
from itertools import count

from PySide6.QtCore import QObject, Signal

from engine.layers.spec import Params
from engine.protocol.data import surveys
from engine.protocol.data.surveys import DataSurvey, SurveyFailed, SurveyProgress
from workbench.session.answers import Answers
from workbench.session.link import Ask, Asked, Link


class Surveys(QObject):
    """Has one source at a time read by the engine; a newer question ends the last.

    Args:
        ask: Sends a command that will be answered.
        link: The line to the engine.
        parent: Qt's owner.

    Attributes:
        awaited: Token of the question whose answer is due; 0 for none.

    Threads: the GUI thread.
    """

    progressed = Signal(int, float)  # token, share
    told = Signal(object)  # DataSurvey
    failed = Signal(int, str)  # token, why

    def __init__(self, ask: Ask, link: Link, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask, self._link = ask, link
        self._tokens = count(1)
        self.awaited = 0

    def ask(
        self,
        params: Params,
        *,
        shown: str = "",
        again: bool = False,
        kinds: Mapping[str, str] | None = None,
        roles: Mapping[str, str] | None = None,
    ) -> int:
        """Ask what a source holds; return the token that its answers carry.

        Args:
            params: Of a data node; a path in them is a whole one.
            shown: The path as the document says it.
            again: Find out anew what a file holds.
            kinds: Column → kind that counts instead of a guess.
            roles: Column → role that counts instead of a guess.
        """
        if self.awaited:
            self.failed.emit(self.awaited, "")
        self.awaited = next(self._tokens)
        asked = surveys.SurveyData(
            self.awaited,
            dict(params),
            shown,
            again,
            dict(kinds or {}),
            dict(roles or {}),
        )
        self._ask(asked)
        return self.awaited

    def cancel(self) -> None:
        """Stop what is being read; its answer won't come."""
        if self.awaited:
            self.awaited = 0
            self._link.send(surveys.EndSurvey())

    def lost(self, why: str) -> None:
        """Tell that the answer won't come: the engine is gone."""
        token, self.awaited = self.awaited, 0
        if token:
            self.failed.emit(token, why)

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(SurveyProgress, self._on_progress)
        answers.to(DataSurvey, self._on_survey)
        answers.to(SurveyFailed, self._on_failed)

    def _on_progress(self, body: SurveyProgress, _command: Asked) -> None:
        if body.token == self.awaited:
            self.progressed.emit(body.token, body.share)

    def _on_survey(self, body: DataSurvey, _command: Asked) -> None:
        if body.token == self.awaited:
            self.awaited = 0
            self.told.emit(body)

    def _on_failed(self, body: SurveyFailed, _command: Asked) -> None:
        if body.token == self.awaited:
            self.awaited = 0
            self.failed.emit(body.token, body.text)
