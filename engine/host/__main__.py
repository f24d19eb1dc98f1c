"""`python -m engine.host --pipe`: the engine as a child process.

Nothing that takes long is imported before the pipes are served, so that the parent
can end it at any time.
"""

import argparse
import signal
import sys
from pathlib import Path

from engine import i18n
from engine.host import heap
from engine.protocol.wire.transport import PipeServer, take_standard_streams

_TRANSLATIONS = Path(__file__).parents[2] / "assets" / "translations"


def main() -> int:
    """Serve the parent until it asks to close or is gone."""
    parser = argparse.ArgumentParser(prog="python -m engine.host")
    parser.add_argument("--pipe", action="store_true", required=True)
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    heap.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's
    server = PipeServer(*take_standard_streams())
    i18n.load(options.language, _TRANSLATIONS)
    from engine.host.service import Host  # loads torch
    from engine.training.parts import threads  # loads torch

    threads.leave_all_to_training()
    threads.flush_denormals()
    host = Host(server.send)
    server.hurry = host.hurry
    server.ready()
    host.serve(server.requests.get)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
