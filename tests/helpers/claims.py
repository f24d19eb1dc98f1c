"""Files of tests that two processes share out: who comes to one first runs it.

A plugin of pytest: `-p tests.helpers.claims --claims FOLDER --shared PATH…`. Both get
the same folder and the same paths; each runs all its other tests first.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--claims", default="", help="an empty folder that both know")
    parser.addoption("--shared", action="append", default=[], help="a path of both")


class Claims:
    """What is taken, in a folder: a file of that name is made by one process only.

    Args:
        folder: Empty at first.
        shared: Paths below the root; nobody claims what is outside.
    """

    def __init__(self, folder: Path, shared: list[str]) -> None:
        self._folder, self._shared = folder, tuple(Path(path) for path in shared)

    def is_shared(self, path: Path) -> bool:
        return any(path.is_relative_to(each) for each in self._shared)

    def take(self, path: Path) -> bool:
        """Return whether this process runs a file: once for each file and process."""
        if not self.is_shared(path):
            return True
        try:
            (self._folder / "+".join(path.parts)).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def handed_out(self, items: list, root: Path) -> Iterator:
        """Yield own tests, then those of each shared file that nobody has taken yet."""
        files = [(p, list(g)) for p, g in groupby(items, lambda i: i.path)]
        files = [(path.relative_to(root), tests) for path, tests in files]
        for path, tests in sorted(files, key=lambda each: self.is_shared(each[0])):
            if self.take(path):
                yield from tests


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Run what is handed out; pytest's own loop where nothing is shared."""
    options = session.config.option
    if not options.claims or session.testsfailed or options.collectonly:
        return None
    claims = Claims(Path(options.claims), options.shared)
    todo = claims.handed_out(session.items, session.config.rootpath)
    item = next(todo, None)
    while item is not None:
        following = next(todo, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True
