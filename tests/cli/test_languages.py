"""Commands that the window runs say everything in its language."""

import pytest

from engine import i18n
from engine.cli.main import main


@pytest.mark.parametrize(
    "words",
    [["try"], ["labels"], ["evaluate"], ["predict", "--out", "a.csv"], ["retrain"]],
)
def test_refusal_is_told_in_the_chosen_language(words, tmp_path, capsys):
    name, *options = words
    places = [str(tmp_path / "none")] + ["x.csv"] * (name in {"predict", "retrain"})
    try:
        assert main([name, *places, *options, "--language", "ja"]) == 2
    finally:
        i18n.install("en", {})
    told = capsys.readouterr().err
    assert told.startswith("エラー")
    assert "error" not in told


@pytest.mark.parametrize("word", ["de", "C", "en"])
def test_language_without_words_is_english(word, tmp_path):
    i18n.load(word, tmp_path)
    assert i18n.language() == "en"
