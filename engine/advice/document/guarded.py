"""Advice never takes the check down: a search for it that fails is logged and ends."""

import logging
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def advised(
    look: Callable[_P, Iterable[_T]], *args: _P.args, **kwargs: _P.kwargs
) -> tuple[_T, ...]:
    """Return what a search found, up to where it failed if it did.

    Args:
        look: Yields or returns fixes, or problems that are told beside others.
        *args: Of `look`.
        **kwargs: Of `look`.
    """
    found: list[_T] = []
    try:
        found.extend(look(*args, **kwargs))
    except Exception:  # noqa: BLE001 - the problem itself is told all the same
        _log.exception("The search for advice failed in %s", look.__qualname__)
    return tuple(found)
