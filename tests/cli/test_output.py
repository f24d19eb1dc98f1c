"""What the command line writes: names can't command a terminal, nor end a command."""

import io
import json

import pytest

from engine.cli import output
from engine.cli.main import main

NAME = "a\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\rb\ud800"


@pytest.mark.parametrize("write", [output.write, output.complain])
def test_names_reach_the_terminal_as_letters_alone(write, capsys):
    write(NAME)
    said = "".join(capsys.readouterr())
    assert said.rstrip("\n").isprintable()
    assert said.startswith("a ")


def test_lines_stay_lines_and_errors_are_one(capsys):
    output.write("a\nb")
    output.complain("a\nb")
    assert capsys.readouterr() == ("a\nb\n", "a b\n")


def test_json_says_the_same_and_commands_nothing(capsys):
    output.write_json({"name": NAME, "µ": "日本"})
    said = capsys.readouterr().out
    assert said.rstrip("\n").isprintable()
    assert json.loads(said) == {"name": NAME, "µ": "日本"}


def test_words_that_a_stream_does_not_know_end_no_command(monkeypatch):
    for write, value in ((output.write, "3 → 4 日"), (output.write_json, ["日"])):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
        monkeypatch.setattr("sys.stdout", stream)
        write(value)
        stream.seek(0)
        assert stream.read() in {"3 ? 4 ?\n", '["\\u65e5"]\n'}


def test_words_of_a_wrong_command_line_are_shown_as_letters(capsys):
    with pytest.raises(SystemExit):
        main(["check", "xor", f"--{NAME[:-1]}"])
    assert "\x1b" not in capsys.readouterr().err
