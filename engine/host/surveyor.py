"""Reads sources of data beside the answers, on a thread of its own."""

import threading
import time
import traceback
from collections.abc import Callable
from typing import cast

from engine.data.survey.survey import surveying
from engine.errors import EngineError
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.protocol import messages
from engine.protocol.commands import Request
from engine.protocol.data.surveys import (
    DataSurvey,
    SurveyData,
    SurveyFailed,
    SurveyProgress,
)

_EVERY_S = 0.1
_LAST_S = 5.0


class Surveyor:
    """Makes one survey at a time; a newer question ends the one before.

    Args:
        send: Takes the answers, from the surveyor's thread.

    Threads: `ask`, `cancel` and `close` from one thread.
    """

    def __init__(self, send: Callable[[messages.Message], None]) -> None:
        self._send = send
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()

    def ask(self, request: Request[SurveyData]) -> None:
        """Begin a survey; it tells that it has begun, and later what it found."""
        self.cancel()
        self._cancelled = threading.Event()
        self._send(messages.Message(request.number, _progress(request, 0.0)))
        self._thread = threading.Thread(
            target=self._run, args=(request, self._cancelled), name="survey"
        )
        self._thread.start()

    def cancel(self) -> None:
        """End the survey that is on; its thread is not waited for."""
        self._cancelled.set()

    def close(self) -> None:
        """End the survey that is on, and wait for that."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(_LAST_S)

    def _run(self, request: Request[SurveyData], cancelled: threading.Event) -> None:
        token = request.command.token
        body: object
        try:
            body = self._made(request, cancelled)
        except EngineError as error:
            body = SurveyFailed(token, str(error))
        except OSError as error:
            reason = f"{error.filename or ''}: {error.strerror or error}"
            body = SurveyFailed(token, reason)
        except MemoryError:
            body = SurveyFailed(token, tr("There is not enough memory to read this."))
        except Exception as error:  # noqa: BLE001 - a question never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            body = SurveyFailed(token, f"{text}\n{traceback.format_exc()}")
        if body is not None and not cancelled.is_set():
            self._send(messages.Message(request.number, body))

    def _made(
        self, request: Request[SurveyData], cancelled: threading.Event
    ) -> DataSurvey | None:
        told = time.monotonic()
        with giving_up.when(cancelled):
            work = surveying(request.command)
            while not cancelled.is_set():
                try:
                    share = next(work)
                except StopIteration as end:
                    return cast("DataSurvey", end.value)
                if time.monotonic() - told > _EVERY_S:
                    told = time.monotonic()
                    message = messages.Message(
                        request.number, _progress(request, share)
                    )
                    self._send(message)
        return None


def _progress(request: Request[SurveyData], share: float) -> SurveyProgress:
    return SurveyProgress(request.command.token, share)
