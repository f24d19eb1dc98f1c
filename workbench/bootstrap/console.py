"""What the set-up tells the person at the terminal, and how it gives up."""

import sys
from typing import NoReturn


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do."""


def say(text: str) -> None:
    """Print one line of progress at once, beside the output proper."""
    print(text, file=sys.stderr, flush=True)


def give_up(error: SetupError) -> NoReturn:
    """End the process with the message of `error`."""
    say(f"\n{error}")
    sys.exit(2)
