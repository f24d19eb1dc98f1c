"""Every letter that people see has a picture: none is drawn as an empty box."""

import importlib.util
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QRawFont

from engine.layers import registry

ROOT = Path(__file__).parents[3]
FREE = "DejaVu Sans"
"""Has the fewest letters of the fonts that the window asks for, and is free."""


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


def test_the_font_of_the_interface_has_every_letter(qapp, texts):
    font = QRawFont.fromFont(QFont(FREE))
    if font.familyName() != FREE:
        pytest.skip(f"{FREE} is not installed")
    strange = {c for text in texts for c in text if not font.supportsCharacter(ord(c))}
    assert strange - {"\n"} == set()
