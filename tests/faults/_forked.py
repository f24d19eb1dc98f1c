"""Processes that begin with everything loaded: to import torch takes seconds each time.

They are forks of one that has loaded it and done nothing else, so each is as new.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path

import torch

Start = Callable[..., BaseProcess]


@contextlib.contextmanager
def server(*modules: str) -> Iterator[Start]:
    """Yield what starts processes, as `begun` is called in them.

    Args:
        modules: Loaded beforehand.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *modules])

    def start(*arguments: object) -> BaseProcess:
        process = context.Process(target=begun, args=arguments)
        process.start()
        return process

    try:
        yield start
    finally:
        forkserver._forkserver._stop()
        resource_tracker._resource_tracker._stop()


def begun(
    folder: Path,
    settings: Mapping[str, str],
    action: Callable[..., object],
    *arguments: object,
) -> None:
    """Do something in a new process; what it returns is its exit code.

    Args:
        folder: Where it works, and where `errors.txt` holds what it complains of.
        settings: Of its environment.
        action: What it does.
        arguments: Of the action.
    """
    os.environ.update(settings)
    os.chdir(folder)
    torch.set_num_threads(1)
    with (folder / f"errors-{os.getpid()}.txt").open("w") as errors:
        os.dup2(errors.fileno(), 2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    sys.exit(action(*arguments))
