"""A window of the application in a process of its own, asked and waited for."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.helpers.display import Display, Nowhere

ROOT = Path(__file__).parents[2]
CHILD = "tests.helpers.desk_child"
START_S, ANSWER_S, EFFECT_S, TRAIN_S = 90.0, 60.0, 12.0, 90.0
SOON_S = 0.4
"""Where nothing may happen: keys are with the window long before."""
_POLL_S = 0.02


class Desk:
    """One process.

    Args:
        display: Where its window opens.
        home: The folder of its user.
        arguments: Of the command line.
    """

    def __init__(self, display: Display | Nowhere, home: Path, *arguments: str) -> None:
        self.display, self.home, self.said = display, home, ""
        ours, theirs = socket.socketpair()
        self._errors = (home / f"stderr-{time.monotonic_ns()}").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", CHILD, str(theirs.fileno()), *arguments],
            pass_fds=[theirs.fileno()],
            stderr=self._errors,
            cwd=ROOT,
            env=display.environment(home),
        )
        theirs.close()
        ours.settimeout(START_S)
        self._channel, self._lines = ours, ours.makefile("rb")
        if self._answer() != "painted":
            raise AssertionError("no window")
        ours.settimeout(ANSWER_S)
        self.raise_()

    # Questions ---------------------------------------------------------------

    def ask(self, question: str) -> object:
        """Return what an expression is worth there."""
        self._channel.sendall(question.encode() + b"\n")
        answer = self._answer()
        if isinstance(answer, dict) and set(answer) == {"error"}:
            raise AssertionError(f"{question}: {answer['error']}")
        return answer

    def _answer(self) -> object:
        try:
            line = self._lines.readline()
        except ConnectionError:  # It ended with questions that it had not read.
            line = b""
        if not line:
            code = self.process.wait(20)
            raise AssertionError(f"The window is gone ({code}).\n{self.errors()}")
        return json.loads(line)

    def wait(self, question: str, timeout_s: float = EFFECT_S) -> object:
        """Return the first true answer to a question."""
        limit = time.monotonic() + timeout_s
        while True:
            answer = self.ask(question)
            if answer:
                return answer
            if time.monotonic() > limit:
                raise AssertionError(f"never: {question}; {self.describe()}")
            time.sleep(_POLL_S)

    def opens(self, front: str) -> None:
        """Wait for a dialog or popup, until it has the keyboard."""
        self.wait(f"front() == {front!r} and has_keyboard()")

    def is_back(self) -> None:
        """Wait until nothing is in front and the window has the keyboard again."""
        self.wait("front() == '' and window.isActiveWindow()")

    def comes(self, question: str, within_s: float = SOON_S) -> bool:
        """Return whether the answer to a question is true before long."""
        limit = time.monotonic() + within_s
        while not self.ask(question):
            if time.monotonic() > limit:
                return False
            time.sleep(_POLL_S)
        return True

    def describe(self) -> str:
        """Return what is in front and has the keyboard, for a failure."""
        return f"front {self.ask('front()')!r}, focus {self.ask('focus()')!r}"

    def errors(self) -> str:
        """Return what the process has written to its standard error."""
        self._errors.flush()
        return Path(self._errors.name).read_text(errors="replace")

    def errors_so_far(self) -> str:
        """Return what it has written, also when it is gone."""
        return self.said if self._errors.closed else self.errors()

    # Hands ---------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys; they go to the window in front."""
        self.display.press(*keys)

    def type(self, words: str) -> None:
        """Type words into what has the keyboard."""
        self.display.type(words)

    def raise_(self) -> None:
        """Bring the window to the front, as a click on its title does."""
        self.wait("window.isVisible()")
        number = self.ask("int(window.winId())")
        self.display.do("windowactivate", "--sync", str(number))
        if isinstance(self.display, Nowhere):  # there is no window manager to ask
            self.ask("window.activateWindow()")
        self.wait("window.isActiveWindow() or bool(front())")

    def fresh(self, document: str = "xor") -> None:
        """Show a preset with nothing selected, the keyboard on the canvas."""
        for _ in range(6):
            if not self.ask("front()"):
                break
            self.press("Esc")
            time.sleep(0.1)
        assert not self.ask("front()"), self.describe()
        self.ask("window.session.stop() if window.session.active else None")
        self.wait("not window.session.active", TRAIN_S)
        self.ask(f"window.document.load_preset({document!r})")
        self.ask("(window.canvas.fit(), window.canvas.setFocus())[1]")
        self.wait("window.canvas.hasFocus()")

    def select(self, *nodes: str) -> None:
        """Select nodes of the canvas."""
        self.ask(f"window.canvas.select({list(nodes)!r})")

    def ready(self) -> None:
        """Wait until training can begin."""
        self.wait("window.actions_['train'].isEnabled()", TRAIN_S)

    # The end -------------------------------------------------------------------

    def complaints(self) -> list[str]:
        """Return Qt's warnings and our exceptions so far."""
        errors = [text for text in [self.errors()] if "Traceback" in text]
        return [*self.ask("answers.warnings"), *errors]

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self._forget()

    def ended(self, timeout_s: float = 30.0) -> int:
        """Return the exit code of a process that ends by itself."""
        code = self.process.wait(timeout_s)
        self._forget()
        return code

    def close(self) -> None:
        """Close the window without a question."""
        if self.process.poll() is None:
            try:
                self.process.terminate()
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._forget()

    def _forget(self) -> None:
        self.process.wait(20)
        self.said = self.errors() if not self._errors.closed else self.said
        self._lines.close()
        self._channel.close()
        self._errors.close()
