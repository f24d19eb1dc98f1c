"""How long something took, told apart from how long the machine did other things."""

import time


class Clock:
    """Runs from its making on."""

    def __init__(self) -> None:
        self._start, self._computed = time.monotonic(), time.process_time()

    @property
    def seconds(self) -> float:
        """What this process has computed since, in seconds."""
        return time.process_time() - self._computed

    def fault(self, computed_s: float, waited_s: float) -> str:
        """Return what is wrong when it took too long, or nothing.

        Args:
            computed_s: This process may compute for so long.
            waited_s: So long it may take in all, beside other work.
        """
        if self.seconds > computed_s:
            return f"computed for {self.seconds:.0f} s"
        waited = time.monotonic() - self._start
        return f"took {waited:.0f} s" if waited > waited_s else ""
