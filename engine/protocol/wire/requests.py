"""Whether what has come over the wire is a request, with values of the right types.

The encoding builds any class of the protocol from any values; handlers trust the
types that a command declares, so they are compared here, at the door.
"""

from dataclasses import fields
from functools import cache
from types import UnionType
from typing import (
    Any,
    ForwardRef,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from engine.i18n import tr
from engine.layers.spec import Value
from engine.protocol.commands import Command, Request
from engine.protocol.wire.encoding import TAGS, refuse


def request(value: object) -> Request[Any]:
    """Return `value` if it is a request with a number and a command.

    Raises:
        WireError: When it is anything else.
    """
    if not isinstance(value, Request) or type(value.number) is not int:
        refuse("this is not a request")
    if not isinstance(value.command, Command):
        refuse("this is a request without a command")
    return value


def wrong(command: Command[Any]) -> str:
    """Return what is wrong with the values of a command; empty when nothing is."""
    kind = type(command).__name__
    for name, hint in _hints(kind).items():
        if not _fits(getattr(command, name), hint):
            return tr("{kind}.{name} has a wrong type", kind=kind, name=name)
    return ""


@cache
def _hints(kind: str) -> dict[str, Any]:
    known = get_type_hints(TAGS[kind])
    return {item.name: known[item.name] for item in fields(TAGS[kind])}


def _fits(value: Any, hint: Any) -> bool:  # noqa: ANN401 - anything may come
    """Return whether a value has a type; an int serves where a float is declared."""
    if isinstance(hint, ForwardRef | str):  # the only type that holds itself
        hint = Value
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, UnionType) or origin is Union:  # the latter with a Literal
        return any(_fits(value, each) for each in args)
    if origin is Literal:
        return type(value) is str and value in args
    if origin is tuple:
        return type(value) is tuple and all(_fits(each, args[0]) for each in value)
    if origin is dict:
        return type(value) is dict and all(
            _fits(key, args[0]) and _fits(each, args[1]) for key, each in value.items()
        )
    return type(value) in ((int, float) if hint is float else (hint,))
