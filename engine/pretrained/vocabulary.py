"""The tokens of a model: out of a GGUF file, or a `tokenizer.json` beside weights."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.files import read_regular
from engine.i18n import tr
from engine.pretrained import gguf
from engine.pretrained.bpe import BytePairs

_FILE = "tokenizer.json"
_MOST_BYTES = 2**26
_MOST_TOKENS, _MOST_SPECIAL = 1_000_000, 10_000
_CONTROL = 3
"""Type of a token that no text is written with, in GGUF."""
_GGUF_WAYS = {"": "gpt-2", "gpt-2": "gpt-2", "gpt2": "gpt-2", "smollm": "smollm",
              "llama-bpe": "llama-bpe", "llama3": "llama-bpe",
              "llama-v3": "llama-bpe"}  # fmt: skip


def chosen(params: Mapping[str, object]) -> BytePairs | None:
    """Return the tokens that a data node reads texts in; None for its own.

    Raises:
        DataError: When they can't be read.
    """
    path = str(params.get("tokenizer") or "")
    return of(Path(path)) if path else None


def of(path: Path) -> BytePairs:
    """Return the tokens of a GGUF file, or those beside a safetensors file.

    Raises:
        DataError: When there are none, or of a kind that isn't read here.

    Threads: any; the last few are kept and shared.
    """
    try:
        place = path if gguf.is_gguf(path) else path.with_name(_FILE)
        status = place.stat()
    except (OSError, ValueError) as error:
        raise DataError(
            tr("The tokens of the model are not there"),
            where=path.name,
            fix=tr("Put the model's tokenizer.json beside its weights."),
        ) from error
    # Leave is asked for the file that is named: what is beside it may not lead
    # elsewhere. In a folder of links both lead to one place.
    named, found = (Path(os.path.realpath(p)).parent for p in (path, place))
    if named != found:
        raise DataError(
            tr("tokenizer.json is a link that leads away from the model"),
            where=path.name,
            fix=tr("Put the model's tokenizer.json beside its weights."),
        )
    return _of(place, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _of(path: Path, _size: int, _mtime_ns: int) -> BytePairs:
    if gguf.is_gguf(path):
        return of_settings(gguf.head(path).settings, path.name)
    try:
        data = read_regular(path, _MOST_BYTES)
    except OSError as error:
        raise gguf.unreadable(path, error) from error
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _odd(path.name, tr("it is no JSON")) from error
    return of_record(record, path.name)


def of_settings(settings: Mapping[str, Any], where: str) -> BytePairs:
    """Return the tokens that the settings of a GGUF file tell.

    Raises:
        DataError: When they are of another kind, or don't fit together.
    """
    kind, way = (
        settings.get(f"tokenizer.ggml.{name}", "") for name in ("model", "pre")
    )
    if not isinstance(kind, str) or not isinstance(way, str):
        raise _odd(where, tr("its kind is no word"))
    if kind != "gpt2" or way not in _GGUF_WAYS:
        raise _other(where, f"{kind}, {way}" if way else kind or None)
    pieces, merges, types = (
        settings.get(f"tokenizer.ggml.{name}", [])
        for name in ("tokens", "merges", "token_type")
    )
    if not isinstance(types, list):
        raise _odd(where, tr("its kinds are no list"))
    special = [n for n, kind in enumerate(types) if kind == _CONTROL]
    end = settings.get("tokenizer.ggml.eos_token_id", -1)
    return _made(pieces, merges, special, _GGUF_WAYS[way], end, where)


def of_record(record: object, where: str) -> BytePairs:
    """Return the tokens that a `tokenizer.json` tells.

    Raises:
        DataError: When they are of another kind, or don't fit together.
    """
    model = record.get("model") if isinstance(record, Mapping) else None
    if not isinstance(record, Mapping) or not isinstance(model, Mapping):
        raise _odd(where, tr("it tells of no model"))
    vocabulary = model.get("vocab")
    added = record.get("added_tokens") or []
    if model.get("type", "BPE") != "BPE" or not isinstance(vocabulary, Mapping):
        raise _other(where, str(model.get("type"))[:40])
    numbered: dict[object, object] = {
        n: piece for piece, n in vocabulary.items() if type(n) is int
    }
    if len(numbered) < len(vocabulary):
        raise _odd(where, tr("two tokens in it have one number, or none"))
    special: list[int] = []
    for each in added if isinstance(added, list) else []:
        if isinstance(each, Mapping) and type(each.get("id")) is int:
            numbered[each["id"]] = each.get("content")
            special += [each["id"]] if each.get("special") else []
    pieces = [numbered.get(number) for number in range(len(numbered))]
    ends = [n for n in special if pieces[n : n + 1] and "end" in str(pieces[n])]
    way = _way_of(record.get("pre_tokenizer"), where)
    merges = model.get("merges")
    return _made(pieces, merges, special, way, ends[0] if ends else -1, where)


def _way_of(record: object, where: str) -> str:
    """Return how a text is cut, from the steps before the pairs."""
    steps = record.get("pretokenizers") if isinstance(record, Mapping) else None
    steps = steps if isinstance(steps, list) else [record]
    steps = [each for each in steps if isinstance(each, Mapping)]
    kinds = [str(each.get("type")) for each in steps]
    if kinds == ["ByteLevel"]:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and steps[0].get("individual_digits"):
        return "smollm"
    if kinds == ["Split", "ByteLevel"] and "{1,3}" in str(steps[0].get("pattern")):
        return "llama-bpe"
    raise _other(where, ", ".join(kinds)[:60] or None)


def _made(
    pieces: object,
    merges: object,
    special: list[int],
    way: str,
    end: object,
    where: str,
) -> BytePairs:
    if not isinstance(pieces, list) or not 0 < len(pieces) <= _MOST_TOKENS:
        raise _odd(where, tr("it has no tokens"))
    if not all(isinstance(piece, str) and _can_be_written(piece) for piece in pieces):
        raise _odd(where, tr("a token in it is no text"))
    if not isinstance(merges, list):
        raise _odd(where, tr("it has no pairs"))
    if len(special) > _MOST_SPECIAL:
        raise _odd(where, tr("too many of its tokens are no text"))
    last = end if type(end) is int and 0 <= end < len(pieces) else -1
    return BytePairs(pieces, _pairs(merges, where), special, way, last)


def _can_be_written(piece: str) -> bool:
    """Return whether a token has no half letters but those of odd bytes."""
    try:
        piece.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _pairs(merges: list[object], where: str) -> Iterator[tuple[str, str]]:
    for each in merges:
        pair = each.split(" ") if isinstance(each, str) else each
        if not isinstance(pair, list) or len(pair) != 2:
            raise _odd(where, tr("a pair in it is none"))
        one, other = pair
        if not isinstance(one, str) or not isinstance(other, str):
            raise _odd(where, tr("a pair in it is none"))
        yield one, other


def _odd(where: str, got: str) -> DataError:
    return DataError(tr("The tokens of the model can't be read"), where=where, got=got)


def _other(where: str, got: str | None) -> DataError:
    return DataError(
        tr("The tokens of this model are of a kind that isn't read here"),
        where=where,
        expected=tr("byte-level pairs, as GPT-2, SmolLM and Llama 3 have them"),
        got=got,
    )
