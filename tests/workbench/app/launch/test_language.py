"""The window in Japanese: our words, Qt's own, and marks of keys."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from engine import i18n
from workbench.app.launch import main
from workbench.theme import text


@pytest.fixture
def spoken(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    i18n.install("en", {})


def test_japanese_reaches_our_words_and_qts(spoken: QApplication) -> None:
    main.speak(spoken, "ja")
    assert i18n.tr("Layers") == "レイヤー"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "キャンセル"


def test_unknown_language_is_english(spoken: QApplication) -> None:
    main.speak(spoken, QLocale.c().name()[:2])
    assert i18n.tr("Layers") == "Layers"


@pytest.mark.parametrize(
    ("words", "plain"),
    [("&File", "File"), ("開く(&O)…", "開く…"), ("f(x) & g", "f(x)  g")],
)
def test_plain_leaves_the_mark_of_the_key_away(words: str, plain: str) -> None:
    assert text.plain(words) == plain
