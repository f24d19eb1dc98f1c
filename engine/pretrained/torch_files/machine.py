"""What a pickle of a state dict says, without being executed.

The standard library's list of a pickle's words is walked by a machine that knows only
those that a state dict needs. A name is a text to it, nothing that is looked up; a call
makes one of our own values or is refused.

Source: pickletools of the standard library; torch.serialization of PyTorch
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from engine.graph.files import giving_up
from engine.i18n import tr

MOST_TENSORS = 40_000
MOST_PARTS = 20_000
"""Of an archive, which is read part by part."""
_MOST_WORDS = 700_000
"""Of a pickle: a tensor takes about 30."""
_MARK = object()
_ODD_TENSORS = {
    "_rebuild_tensor_v3": "numbers of a kind such as uint16 or float8",
    "_rebuild_qtensor": "quantized numbers",
    "_rebuild_sparse_tensor": "sparse tensors",
    "_rebuild_meta_tensor_no_storage": "tensors without numbers (device meta)",
}
"""What torch calls to build tensors that are no weights here → what they are."""


class Refused(Exception):  # noqa: N818 - not an error of ours: it becomes one
    """Why a file can't be read, in words for people."""


@dataclass(frozen=True)
class Name:
    """A name that stands in a pickle: a text.

    Args:
        words: Module and name with a space between.
    """

    words: str


@dataclass(frozen=True)
class Storage:
    """Numbers that a pickle points to.

    Args:
        kind: Of its numbers, as torch calls it.
        key: Which one of the file.
        count: How many numbers it says it has.
    """

    kind: str
    key: str
    count: int

    @property
    def num_bytes(self) -> int:
        """How many bytes these are."""
        return self.count * ITEM_BYTES[self.kind]


@dataclass(frozen=True)
class Said:
    """A tensor as a pickle describes it; nothing of it has been compared with the file.

    Args:
        storage: Whose numbers it shows.
        offset: Of its first one.
        shape: Its sizes.
        stride: Numbers between neighbours, for each axis.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class Ordered(dict[Any, Any]):
    """A dictionary that came about by a call of `OrderedDict`.

    Attributes:
        attributes: What was said of it beside its contents.
    """

    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[Any, Any] = {}


def value_of(stream: BinaryIO, storages: dict[str, Storage] | None = None) -> Any:  # noqa: ANN401 - whatever plain data it says
    """Return what a pickle says; the stream is left behind its last word.

    Args:
        stream: Open where it begins.
        storages: Gets what it points to, by key.

    Raises:
        Refused: For everything that is no plain data and no tensor.
        ValueError: When it is cut off, or no pickle. So LookupError and TypeError.
    """
    machine = _Machine({} if storages is None else storages)
    for number, (word, argument, _) in enumerate(pickletools.genops(stream)):
        if number == _MOST_WORDS:
            raise Refused(tr("more than {n} tensors", n=MOST_PARTS))
        if not number % 4096:
            giving_up.check()
        machine.take(word.name, argument)
    return machine.result()


class _Machine:
    """The stack and the memory of one pickle.

    Args:
        storages: Gets what it points to, by key.
    """

    def __init__(self, storages: dict[str, Storage]) -> None:
        self._storages = storages
        self._stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def take(self, word: str, argument: Any) -> None:  # noqa: ANN401
        """Follow one word."""
        if word in _PLAIN:
            self._stack.append(argument)
        elif word in _FRESH:
            self._stack.append(_FRESH[word]())
        elif word in _PUT:
            number = len(self._memory) if argument is None else argument
            self._memory[number] = self._top()
        elif word in _GET:
            self._stack.append(self._memory[argument])
        elif word in _STEPS:
            _STEPS[word](self, argument)
        elif word not in _PASSED_OVER:
            raise Refused(tr("more than tensors: {name}", name=word))

    def result(self) -> Any:  # noqa: ANN401
        """Return what is left at the end."""
        (found,) = self._stack
        return found

    def _top(self) -> Any:  # noqa: ANN401
        if self._stack[-1] is _MARK:
            raise ValueError
        return self._stack[-1]

    def _pop(self) -> Any:  # noqa: ANN401
        found = self._top()
        self._stack.pop()
        return found

    def _since_mark(self) -> list[Any]:
        """Return what stands above the last mark, which goes with it."""
        for number in range(len(self._stack) - 1, -1, -1):
            if self._stack[number] is _MARK:
                found = self._stack[number + 1 :]
                del self._stack[number:]
                return found
        raise ValueError

    def name(self, argument: str) -> None:
        self._stack.append(Name(_known(argument)))

    def stack_name(self, _: object) -> None:
        short, module = self._pop(), self._pop()
        if type(short) is not str or type(module) is not str:
            raise ValueError
        self.name(f"{module} {short}")

    def tuple_of(self, count: int) -> None:
        found = [self._pop() for _ in range(count)]
        self._stack.append(tuple(reversed(found)))

    def marked_tuple(self, _: object) -> None:
        self._stack.append(tuple(self._since_mark()))

    def marked_list(self, _: object) -> None:
        self._stack.append(self._since_mark())

    def marked_dict(self, _: object) -> None:
        self._stack.append({})
        self._fill(self._since_mark_below())

    def _since_mark_below(self) -> list[Any]:
        made = self._stack.pop()
        found = self._since_mark()
        self._stack.append(made)
        return found

    def append(self, _: object) -> None:
        self._extend([self._pop()])

    def appends(self, _: object) -> None:
        self._extend(self._since_mark())

    def _extend(self, found: list[Any]) -> None:
        if type(self._top()) is not list:
            raise ValueError
        self._top().extend(found)

    def set_item(self, _: object) -> None:
        value, key = self._pop(), self._pop()
        self._fill([key, value])

    def set_items(self, _: object) -> None:
        self._fill(self._since_mark())

    def _fill(self, found: list[Any]) -> None:
        """Put keys and values into the dictionary on top."""
        target = self._top()
        if not isinstance(target, dict) or len(found) % 2:
            raise ValueError
        for key, value in zip(found[::2], found[1::2], strict=True):
            if not isinstance(key, str | int | float | None):
                raise Refused(tr("names that are neither texts nor numbers"))
            target[key] = value

    def build(self, _: object) -> None:
        """Note the attributes of a dictionary; others have none."""
        attributes, target = self._pop(), self._top()
        if not isinstance(target, Ordered) or not isinstance(attributes, dict):
            raise Refused(tr("more than tensors: {name}", name="BUILD"))
        target.attributes = attributes

    def pointer(self, _: object) -> None:
        storage = _storage(self._pop())
        if self._storages.setdefault(storage.key, storage) != storage:
            raise Refused(tr("a storage that is two things at once"))
        self._stack.append(storage)

    def call(self, _: object) -> None:
        given, name = self._pop(), self._pop()
        if not isinstance(name, Name) or type(given) is not tuple:
            raise Refused(tr("more than tensors: {name}", name="REDUCE"))
        if name.words not in _CALLS:
            raise Refused(tr("more than tensors: {name}", name=name.words[:80]))
        self._stack.append(_CALLS[name.words](given))


_PLAIN = frozenset({
    "BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING", "BININT",
    "BININT1", "BININT2", "LONG1", "BINFLOAT",
})  # fmt: skip
_FRESH: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "MARK": lambda: _MARK,
}
_PUT = frozenset({"BINPUT", "LONG_BINPUT", "MEMOIZE"})
_GET = frozenset({"BINGET", "LONG_BINGET"})
_PASSED_OVER = frozenset({"PROTO", "FRAME", "STOP"})
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.stack_name,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "TUPLE": _Machine.marked_tuple,
    "LIST": _Machine.marked_list,
    "DICT": _Machine.marked_dict,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.pointer,
    "REDUCE": _Machine.call,
}


def _ordered(given: tuple[Any, ...]) -> Ordered:
    if given:
        raise ValueError
    return Ordered()


def _tensor(given: tuple[Any, ...]) -> Said:
    storage, offset, shape, stride = given[:4]
    if not isinstance(storage, Storage) or not _is_count(offset):
        raise ValueError
    return Said(storage, offset, _counts(shape), _counts(stride))


def _parameter(given: tuple[Any, ...]) -> Said:
    if not isinstance(given[0], Said):
        raise Refused(tr("a parameter that is no tensor"))
    return given[0]


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _counts(given: object) -> tuple[int, ...]:
    if type(given) is not tuple or not all(map(_is_count, given)):
        raise ValueError
    return given


_CALLS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "collections OrderedDict": _ordered,
    "torch._utils _rebuild_tensor_v2": _tensor,
    "torch._utils _rebuild_tensor": _tensor,
    "torch._utils _rebuild_parameter": _parameter,
    "torch Size": lambda given: tuple(given[0]),
    "torch device": lambda _: None,
}
"""What may be called → what it makes here."""
_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
    "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}  # fmt: skip
"""Classes of storages → kind of their numbers, as torch calls it."""
ITEM_BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4,
    "int16": 2, "int8": 1, "uint8": 1, "bool": 1, "complex64": 8, "complex128": 16,
}  # fmt: skip


def _known(words: str) -> str:
    """Return a name that is known here.

    Raises:
        Refused: For any other.
    """
    module, _, short = words.partition(" ")
    if words in _CALLS:
        return words
    if module == "torch" and (short in _STORAGES or short in ITEM_BYTES):
        return words
    if module == "torch._utils" and short in _ODD_TENSORS:
        raise Refused(tr(_ODD_TENSORS[short]))
    raise Refused(tr("more than tensors: {name}", name=words[:80]))


def _storage(given: Any) -> Storage:  # noqa: ANN401
    """Return the storage that a persistent id means."""
    match given:
        case ("storage", Name(words), str(key), str(), count):
            pass
        case ("storage", Name(words), str(key), str(), count, None):
            pass
        case ("storage", Name(), str(), str(), _, (_, _, _)):
            raise Refused(tr("tensors of a PyTorch before 0.4"))
        case _:
            raise Refused(tr("a pointer to something that is no tensor"))
    name = words.removeprefix("torch ")
    if name not in _STORAGES or type(count) is not int or not 0 <= count < 2**63:
        raise Refused(tr("a pointer to something that is no tensor"))
    return Storage(_STORAGES[name], key, count)
