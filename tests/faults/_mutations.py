"""Presets, broken: by bytes, by structure, by values that nobody expects."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import presets

_MARK = "\x01raw{}\x01"
_RAW = (
    "1" + "0" * 400,
    "-" + "9" * 4000,
    "1" * 5000,
    "1e400",
    "-1e-400",
    "1e308",
    "1" + "0" * 299,
    str(2**63),
    str(2**31),
    "NaN",
    "-Infinity",
    '"\\ud800"',
    '"a\\udfffb\\u0000"',
    '"\\u202e\\n\\u2028"',
    "[" * 40 + "]" * 40,
    "[" * 3000 + "]" * 3000,
    '{"a":' * 40 + "1" + "}" * 40,
    '{"of": 1, "of": 2}',
    '"' + "w" * 300_000 + '"',
    "[[1, 2], [3]]",
    '[["in", "x.out"]]',
    '[["in", ["a.input", 3]]]',
    '["a.b", "c.d", "e.f"]',
    '[["in"], 7]',
)
_PLAIN: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 3, 1.5, -0.0, 1e-300, 10**9, 10**18),
    *("", " ", "x", "a.b", "a.out", ".", "input", "block", "data", "linear", "…"),
    *("<img src=x>", "a\nb", "../../etc/passwd", "/dev/zero", "1", "none", "auto"),
    *([], {}, [[]], [None], ["a"], [1, 2], {"type": "adam"}, {"a": {"b": []}}),
    *([1] * 200, list(range(70)), {"type": ["adam"]}, [["a.out", "b.input"]]),
)
_KEYS = (
    *("type", "params", "name", "id", "inputs", "outputs", "nodes", "edges", "of"),
    *("phases", "optimizer", "schedule", "minimise", "update", "layout", "blocks"),
    *("weights", "lr_factor", "trainable", "notes", "remedies", "preset", "repeat"),
    *("share", "open", "every", "ewc_of", "batch_size", "version", "graph", ""),
)
Place = tuple[Any, Any]


def mutants(seed: int, n: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files; the same for the same seed."""
    names = presets.all_ids()
    texts = {name: presets.path(name).read_bytes() for name in names}
    for number in range(n):
        chance = random.Random(f"{seed}.{number}")
        name = chance.choice(names)
        how = chance.choice((_by_bytes, by_structure, by_structure, by_structure))
        yield f"{number} {name} {how.__name__}", how(texts[name], chance)


def _by_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(changed) or 1)
        end = start + chance.randint(1, 40)
        part = bytes(changed[start:end])
        changed[start:end] = chance.choice(
            (b"", part * 2, chance.randbytes(3), b"\xef\xbb\xbf", b"\x00", b"}", b"9")
        )
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.1
                 else changed)  # fmt: skip


def by_structure(data: bytes, chance: random.Random) -> bytes:
    """Return JSON with a few values changed, added or gone."""
    document = json.loads(data)
    raws: list[str] = []
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        places = list(_places(document))
        if places:
            chance.choice(_CHANGES)(chance.choice(places), document, raws, chance)
    text = json.dumps(document)
    for index, raw in enumerate(raws):
        text = text.replace(json.dumps(_MARK.format(index)), raw)
    return text.encode()


def _places(value: object) -> Iterator[Place]:
    """Yield every container with every key or index in it."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _plain(
    place: Place, _document: Any, _raws: list[str], chance: random.Random
) -> None:
    place[0][place[1]] = copy.deepcopy(chance.choice(_PLAIN))


def _raw(place: Place, _document: Any, raws: list[str], chance: random.Random) -> None:
    place[0][place[1]] = _MARK.format(len(raws))
    raws.append(chance.choice(_RAW))


def _delete(place: Place, *_rest: object) -> None:
    del place[0][place[1]]


def _swap(place: Place, document: Any, _raws: list[str], chance: random.Random) -> None:
    there, key = chance.choice(list(_places(document)))
    place[0][place[1]] = copy.deepcopy(there[key])


def _double(
    place: Place, _document: Any, _raws: list[str], chance: random.Random
) -> None:
    holder, key = place
    if isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    else:
        holder[chance.choice(_KEYS)] = copy.deepcopy(holder[key])


def _wrap(
    place: Place, _document: Any, _raws: list[str], chance: random.Random
) -> None:
    value = place[0][place[1]]
    words = json.dumps(value)
    wrapped = ([value], {"type": value}, words, {words[:20]: value})
    place[0][place[1]] = chance.choice(wrapped)


def _add(place: Place, _document: Any, raws: list[str], chance: random.Random) -> None:
    value = place[0][place[1]]
    holder = value if isinstance(value, dict) else place[0]
    if isinstance(holder, dict):
        holder[chance.choice(_KEYS)] = _MARK.format(len(raws))
        raws.append(chance.choice((*_RAW, *map(json.dumps, _PLAIN))))


def _tweak(
    place: Place, document: Any, _raws: list[str], chance: random.Random
) -> None:
    """Put another value of the same kind, so that much can still be opened."""
    old = place[0][place[1]]
    if isinstance(old, int | float) and not isinstance(old, bool):
        new = chance.choice((0, 1, 2, 3, 7, 64, 10**4, 10**6, 2**31, 10**18, 0.5, -1))
        place[0][place[1]] = new
        return
    alike = [
        v
        for holder, key in _places(document)
        if type(v := holder[key]) is type(old) and not isinstance(v, dict | list)
    ]
    if alike:
        place[0][place[1]] = chance.choice(alike)
    elif isinstance(place[0], list):
        del place[0][place[1]]


_CHANGES: tuple[Callable[..., None], ...] = (
    *(_plain, _plain, _raw, _delete, _swap, _double, _wrap, _add, _add),
    *([_tweak] * 9),
)
