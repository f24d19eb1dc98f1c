import contextlib
import inspect
import io
import os
from dataclasses import dataclass
from types import NoneType
from typing import Any, ForwardRef, Literal, get_args, get_origin

import pytest

from engine.host.service import Host
from engine.protocol import commands, lessons, tracing
from engine.protocol.bench import better, preflight, proof, race, sweep
from engine.protocol.commands import Command, Request
from engine.protocol.data import surveys
from engine.protocol.listing import commands as listed
from engine.protocol.messages import Failed, Message, Pong
from engine.protocol.wire import encoding, requests
from engine.protocol.wire.transport import PipeServer

MODULES = (
    commands,
    lessons,
    tracing,
    preflight,
    surveys,
    listed,
    better,
    proof,
    race,
    sweep,
)
COMMANDS = [
    kind
    for module in MODULES
    for _name, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Command) and kind is not Command
]


def test_every_command_crosses_and_has_a_handler():
    host = Host(lambda _message: None)
    names = {kind.__name__ for kind in COMMANDS}
    assert len(names) > 18
    assert names <= set(encoding.TAGS)
    assert set(host._handlers) == {*COMMANDS} - {commands.Close}


@pytest.mark.parametrize("value", [3, (), {}, commands.Stop(), Message(1, Pong())])
def test_what_is_no_request_is_refused_by_name(value):
    with pytest.raises(encoding.WireError, match="not a request"):
        requests.request(value)


@pytest.mark.parametrize("command", [None, "Stop", Pong(), (commands.Stop(),)])
def test_a_request_without_a_command_is_refused_by_name(command):
    with pytest.raises(encoding.WireError, match="without a command"):
        requests.request(Request(1, command))


WRONG = [
    (commands.Step("3"), "Step.count"),
    (commands.Step(True), "Step.count"),
    (commands.Check(b"x"), "Check.document"),
    (commands.Check("", 0, "", ["/"]), "Check.allowed"),
    (commands.Check("", 0, "", (1,)), "Check.allowed"),
    (commands.Train("{}", None), "Train.folder"),
    (commands.SetHyper("lr", "0.1"), "SetHyper.value"),
    (commands.Look({"view": 3}), "Look.settings"),
    (surveys.SurveyData(1, {"path": {}}), "SurveyData.params"),
    (surveys.SurveyData(1, {}, kinds={"x": 1}), "SurveyData.kinds"),
    (commands.Look({"view": {"size": ("a", (1, {}))}}), "Look.settings"),
]


@pytest.mark.parametrize(("command", "place"), WRONG, ids=[w[1] for w in WRONG])
def test_a_value_of_a_wrong_type_is_named(command, place):
    assert place in requests.wrong(command)


RIGHT = [
    commands.Check("{}", 2, "", ("/a", "/b")),
    commands.SetHyper("lr", 1),
    commands.Look({"view": {"size": ("a", (1, None, 2.5)), "on": True}}),
    commands.Close(),
]


@pytest.mark.parametrize("command", RIGHT)
def test_values_of_the_right_types_pass(command):
    assert requests.wrong(command) == ""


@contextlib.contextmanager
def serving(sent: io.BytesIO, *values: object):
    """A server that is ready before `values` and the end come."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        server = PipeServer(source, sent)
        server.ready()
        with target:
            target.write(b"".join(map(encoding.encode, values)))
        yield server.requests
        server.close()


def test_a_server_answers_a_wrong_value_and_goes_on():
    sent, sound = io.BytesIO(), Request(2, commands.Step(2))
    with serving(sent, Request(1, commands.Step("x")), sound) as asked:
        assert asked.get(timeout=5) == sound
        assert isinstance(asked.get(timeout=5).command, commands.Close)
    sent.seek(0)
    answer = encoding.read(sent)
    assert (answer.number, type(answer.body)) == (1, Failed)
    assert "Step.count" in answer.body.text


def test_a_server_ends_after_what_is_no_request_and_says_why(capsys):
    with serving(
        io.BytesIO(), Message(1, Pong()), Request(2, commands.Step())
    ) as asked:
        assert isinstance(asked.get(timeout=5).command, commands.Close)
    assert "this is not a request" in capsys.readouterr().err


def test_rows_of_rows_are_values():
    """Columns of own data are tuples in tuples: a type that holds itself."""
    columns = (("town", "category", "input", ("Bonn", "Kiel")), ("x", "number", "id"))
    assert requests.wrong(surveys.SurveyData(1, {"columns": columns})) == ""


def made(hint: Any) -> Any:
    """Return a value of a type that a command declares, the plainest there is."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, ForwardRef | str):
        return 1
    if args and origin is not Literal:  # a tuple, a dict or a union
        first, *rest = [made(each) for each in args if each is not ...]
        if origin is dict:
            return {first: rest[0]}
        return (first,) if origin is tuple else first
    if args:
        return args[0]
    if hint is NoneType:
        return None
    return hint(1) if hint in (str, int, float, bool) else object.__new__(hint)


@pytest.mark.parametrize("kind", COMMANDS, ids=[kind.__name__ for kind in COMMANDS])
def test_whatever_a_command_declares_passes_and_anything_else_does_not(kind):
    """A type that the door doesn't know would refuse a command over the pipe alone."""
    hints = requests._hints(kind.__name__)
    assert requests.wrong(kind(*map(made, hints.values()))) == ""
    for name in hints:
        values = {other: made(hint) for other, hint in hints.items()}
        broken = kind(**{**values, name: b"neither"})
        assert f"{kind.__name__}.{name}" in requests.wrong(broken)


@dataclass(frozen=True)
class Chosen(Command[Pong]):
    how: Literal["grid", "random"]
    why: Literal["a", "b"] | None = None


def test_a_word_out_of_a_few_is_a_type(monkeypatch):
    monkeypatch.setitem(encoding.TAGS, "Chosen", Chosen)
    assert requests.wrong(Chosen("grid")) == ""
    assert requests.wrong(Chosen("random", "b")) == ""
    assert "Chosen.how" in requests.wrong(Chosen("gird"))
    assert "Chosen.how" in requests.wrong(Chosen(1))
    assert "Chosen.why" in requests.wrong(Chosen("grid", "c"))
    assert "Chosen.how" in requests.wrong(Chosen(["grid"]))
