"""`python -m tests.faults COMMAND --n N`: break things on purpose and see them hold."""

import argparse
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from tests import faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in commands().items():
        sub = parsers.add_parser(name.replace("_", "-"), help=module.HELP)
        sub.add_argument("--n", type=int, default=20, metavar="TIMES")
        sub.add_argument("--seed", type=int, default=0, help="of all that is random")
        getattr(module, "add_arguments", lambda _parser: None)(sub)
        sub.set_defaults(run=module.run)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return options.run(options, Path(folder))


def commands() -> dict[str, ModuleType]:
    """Return the files of this folder that are commands, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(faults.__path__))
    return {
        name: importlib.import_module(f"tests.faults.{name}")
        for name in names
        if not name.startswith("_")
    }


if __name__ == "__main__":
    sys.exit(main())
