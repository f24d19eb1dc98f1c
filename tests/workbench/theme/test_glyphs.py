"""Every letter that people see has a picture: none is drawn as an empty box."""

import importlib.util
from pathlib import Path

import pytest
from PySide6.QtGui import QRawFont

from engine.layers import registry
from workbench.theme import fonts

ROOT = Path(__file__).parents[3]


def _catalogue():
    for spec in registry.all_specs():
        yield from (spec.title, spec.formula, spec.source)


@pytest.fixture(scope="module")
def texts():
    """Return every English text that people see, formulas too."""
    path = ROOT / "assets" / "translations" / "extract.py"
    spec = importlib.util.spec_from_file_location("extract", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {*module.collect().places, *_catalogue()}


def test_no_text_has_a_letter_outside_the_plane_that_all_fonts_share(texts):
    """Letters such as 𝒩 stand in fonts for mathematics alone."""
    assert {text for text in texts if any(ord(c) > 0xFFFF for c in text)} == set()


def test_the_fonts_that_come_with_the_window_have_every_letter(qapp, texts):
    ours = [
        QRawFont.fromFont(kind(fonts.BODY, weight))
        for kind in (fonts.ui, fonts.mono)
        for weight in (fonts.REGULAR, fonts.MEDIUM, fonts.SEMIBOLD)
    ]
    half = len(ours) // 2
    letters = {ord(c) for text in texts for c in text} - {ord("\n")}
    for weight in range(half):  # a letter that Inter lacks is JetBrains Mono's
        pair = (ours[weight], ours[weight + half])
        strange = {
            chr(c) for c in letters if not any(f.supportsCharacter(c) for f in pair)
        }
        assert strange == set()
