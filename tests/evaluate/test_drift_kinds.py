"""New pictures, sounds and texts that differ from those of a training are said."""

import numpy as np
import pytest
from PIL import Image

from engine.data import catalog
from engine.data.own.describe import described
from engine.data.seen import looks
from engine.evaluate.retraining.drift import drifts
from tests.data.readers.bad_files import wav


def pictures(folder, seed, *, light=0, spread=1.0):
    dice = np.random.default_rng(seed)
    for n in range(120):
        place = folder / f"kind{n % 2}"
        place.mkdir(parents=True, exist_ok=True)
        cells = 100 + light + spread * dice.normal(0, 30, (10, 10)) + dice.normal(0, 8)
        pixels = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8))
        pixels.save(place / f"{n}.png")
    return folder


def tones(folder, seed, *, loud=1.0):
    dice = np.random.default_rng(seed)
    for n in range(120):
        place = folder / f"kind{n % 2}"
        place.mkdir(parents=True, exist_ok=True)
        tone = np.sin(np.arange(300) * (0.1, 0.3)[n % 2] + dice.uniform(0, 6))
        wave = 6000 * loud * dice.uniform(0.8, 1.2) * tone
        (place / f"{n}.wav").write_bytes(wav(wave.astype("<i2")))
    return folder


def notes(folder, seed, *, words=("hello", "world", "again", "today")):
    dice = np.random.default_rng(seed)
    for n in range(120):
        place = folder / f"kind{n % 2}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{n}.txt").write_text(" ".join(dice.choice(words, 12)))
    return folder


CASES = {
    "darker": (pictures, {"light": -60}, "image"),
    "without contrast": (pictures, {"spread": 0.2}, "image (σ)"),
    "quieter": (tones, {"loud": 0.3}, "signal (σ)"),
    "other letters": (notes, {"words": ("ghost", "rally")}, "text"),
}


def loaded(folder):
    return catalog.load({**described(folder).params(str(folder)), "context": 40})


@pytest.mark.parametrize("case", CASES)
def test_what_has_drifted_is_named_and_likeness_is_not(tmp_path, case):
    make, change, name = CASES[case]
    if make is notes:
        (tmp_path / "old" / "kind0").mkdir(parents=True)
        every = "hello world again today ghost rally"
        (tmp_path / "old" / "kind0" / "all.txt").write_text(every)
    old = loaded(make(tmp_path / "old", 1))
    before = looks(old)
    alike, moved = make(tmp_path / "alike", 2), make(tmp_path / "moved", 3, **change)
    for folder, is_moved in ((alike, False), (moved, True)):
        params = described(tmp_path / "old").params(str(folder))
        now = catalog.load({**params, "context": 40, "sha256": "", "validation": 0.5})
        told = {each.column for each in drifts(before, now) if each.is_shifted}
        assert (name in told) is is_moved
        assert is_moved or not told
