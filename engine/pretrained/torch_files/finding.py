"""Where in a pickle the state dict is, and what its tensors are called."""

from collections.abc import Iterator
from typing import Any

from engine.i18n import tr
from engine.pretrained.torch_files.machine import (
    MOST_TENSORS,
    Ordered,
    Refused,
    Said,
)

_MOST_DEPTH = 4
_WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "net", "network",
             "weights", "params")  # fmt: skip
"""Where checkpoints have what they are about."""
_BEFORE = ("module.", "_orig_mod.")
"""What networks that were trained in parallel or compiled put before every name."""


def tensors_of(found: Any) -> dict[str, Said]:  # noqa: ANN401
    """Return the tensors of a state dict by name, whatever stands around it.

    A checkpoint with its epoch and its optimizer is looked into at the usual names;
    without those, dictionaries in dictionaries give names with dots.

    Raises:
        Refused: When it is none, or has no end.
    """
    if not isinstance(found, dict):
        raise Refused(tr("a single value"))
    for _ in range(_MOST_DEPTH):
        found = next((found[w] for w in _WRAPPERS if _holds(found.get(w))), found)
    made: dict[str, Said] = {}
    for name, said in _walk(found, "", _MOST_DEPTH, [0]):
        if name in made:
            raise Refused(tr("“{name}” stands in it twice", name=name[:80]))
        made[name] = said
    return made if _is_ours(found) else _bare(made)


def _holds(inner: Any) -> bool:  # noqa: ANN401
    """Return whether something is a state dict, or has one at a usual name."""
    if not isinstance(inner, dict):
        return False
    return any(
        isinstance(value, Said) or (name in _WRAPPERS and isinstance(value, dict))
        for name, value in inner.items()
    )


def _walk(
    found: dict[Any, Any], before: str, depth: int, visited: list[int]
) -> Iterator[tuple[str, Said]]:
    for key, value in found.items():
        visited[0] += 1
        if visited[0] > MOST_TENSORS:
            raise Refused(tr("more than {n} tensors", n=MOST_TENSORS))
        if type(key) is not str:
            continue
        if isinstance(value, Said):
            yield before + key, value
        elif isinstance(value, dict):
            if not depth:
                raise Refused(tr("dictionaries in dictionaries without end"))
            yield from _walk(value, f"{before}{key}.", depth - 1, visited)


def _is_ours(found: dict[Any, Any]) -> bool:
    """Return whether we have exported it: then every name means what it says."""
    told = found.attributes.get("_metadata") if isinstance(found, Ordered) else None
    whole = told.get("") if isinstance(told, dict) else None
    return isinstance(whole, dict) and bool(whole.keys() - {"version"})


def _bare(found: dict[str, Said]) -> dict[str, Said]:
    """Return the tensors without what stands before every name, and has no meaning.

    A name that is left must still be one of a part of a network.
    """
    for before in _BEFORE * 2:
        names = [name.removeprefix(before) for name in found]
        if all(n.startswith(before) for n in found) and all("." in n for n in names):
            found = dict(zip(names, found.values(), strict=True))
    return found
