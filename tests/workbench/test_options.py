from pathlib import Path

import pytest

from workbench.options import Options, parse


def test_nothing_given_leaves_every_choice_open():
    assert parse([]) == Options()


def test_everything_given_is_understood():
    line = "net.bpw --shot a.png --after-steps 50 --theme light --size 1440x900"
    chosen = parse([*line.split(), "--panel", "log", "--language", "ja"])
    assert chosen == Options(
        document="net.bpw",
        shot=Path("a.png"),
        after_steps=50,
        theme="light",
        size=(1440, 900),
        panel="log",
        language="ja",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--size", "big"], "expected WIDTHxHEIGHT, got big"),
        (["--size", "1440x900x2"], "expected WIDTHxHEIGHT"),
        (["--after-steps", "-3"], "steps"),
        (["--theme", "pink"], "invalid choice"),
    ],
)
def test_mistake_is_refused_in_words(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err
