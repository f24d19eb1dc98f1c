"""Images and sounds in folders and tables: upright, of one size, at one rate."""

import contextlib
import io
import json

import numpy as np
import pytest
from PIL import Image

from engine.data.own.describe import Wishes, described
from engine.data.readers.media import waves
from engine.data.readers.reader import Place
from engine.data.readers.table import open_source
from engine.errors import DataError
from tests.data.readers.bad_files import png, wav

RANDOM = np.random.default_rng(9)


def joined(source, name):
    return np.concatenate([batch.arrays[name] for batch in source.batches(5)])


def save(folder, name, image, **options):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def grey(*size):
    return Image.fromarray(RANDOM.integers(0, 256, size).astype(np.uint8), "L")


def test_folder_of_images_is_read_as_it_is(tmp_path):
    wanted = {}
    for label in ("cat", "dog"):
        for index in (1, 2, 10):
            image = grey(6, 9)
            save(tmp_path, f"{label}/{index}.png", image)
            wanted[f"{label}/{index}.png"] = np.asarray(image)
    source = open_source(tmp_path)
    assert joined(source, "file").tolist() == list(wanted)  # 10 after 2
    assert np.array_equal(joined(source, "image")[:, 0], [*wanted.values()])
    assert joined(source, "label").tolist() == ["cat"] * 3 + ["dog"] * 3
    assert described(tmp_path).columns[1].own.classes == ("cat", "dog")


def test_photograph_stands_upright(tmp_path):
    pixels = np.zeros((8, 4, 3), np.uint8)
    pixels[:4] = 255  # bright above, as it should look
    stored = Image.fromarray(np.rot90(pixels).copy())  # as a turned camera has it
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees with the clock
    for label in "ab":
        save(tmp_path, f"{label}/1.png", stored, exif=exif)
    shown = joined(open_source(tmp_path), "image")[0]
    assert shown.shape == (1, 8, 4)
    assert shown[0, :4].min() == 255
    assert shown[0, 4:].max() == 0


@pytest.mark.parametrize("kind", ["16 bits", "palette", "alpha", "bits", "CMYK"])
def test_kinds_of_images_become_256_levels(tmp_path, kind):
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    plain = Image.fromarray(levels, "L")
    wanted = levels
    if kind == "16 bits":
        image = Image.fromarray(levels.astype(np.uint16) * 257)
    elif kind == "palette":
        image = plain.convert("P")
    elif kind == "alpha":
        image = plain.convert("LA")
        image.putalpha(Image.fromarray(np.full((8, 8), 128, np.uint8)))
        wanted = levels * (128 / 255) + 255 * (127 / 255)
    elif kind == "bits":
        image = plain.point(lambda value: 255 * (value > 99)).convert("1")
        wanted = 255 * (levels > 99)
    else:
        image, wanted = plain.convert("RGB").convert("CMYK"), levels
    end = "tif" if kind == "CMYK" else "png"
    for label in "ab":
        save(tmp_path, f"{label}/1.{end}", image)
    found = joined(open_source(tmp_path), "image")[0]
    assert found.dtype == np.uint8
    assert np.abs(found.mean(0) - wanted).max() <= 1.5


def test_sizes_that_differ_become_one_and_it_is_said(tmp_path):
    for index, size in enumerate([(90, 120), (200, 100), (150, 150)]):
        for label in "ab":
            save(tmp_path, f"{label}/{index}.jpg", grey(*size))
    source = open_source(tmp_path)
    assert source.columns[0].shape == (1, 64, 64)
    told = {each.what: each.value for each in source.told}
    assert told["size"] == "64 × 64"
    assert "90 × 120" in told["sizes of the files"]
    small = open_source(tmp_path, {"size": 10, "width": 20, "colour": "rgb"})
    assert joined(small, "image").shape == (6, 3, 10, 20)


def test_crop_keeps_the_middle(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 200
    for label in "ab":
        save(tmp_path, f"{label}/1.png", Image.fromarray(pixels, "L"))
    square = {"size": 10, "width": 10}
    cut = joined(open_source(tmp_path, square), "image")
    assert cut.min() == cut.max() == 200
    padded = joined(open_source(tmp_path, {**square, "fit": "pad"}), "image")[0, 0]
    assert padded[0].max() == 0
    assert padded[5].max() > 100


def test_table_of_labels_names_its_images(tmp_path):
    for index in range(6):
        (tmp_path / f"{index}.png").write_bytes(png(seed=index))
    rows = "".join(f"{n},{n / 2},{'ab'[n % 2]}\n" for n in (3, 1, 5, 0))
    (tmp_path / "a.csv").write_text("name,weight,label\n" + rows)  # no endings
    source = open_source(tmp_path / "a.csv")
    wanted = [np.asarray(Image.open(tmp_path / f"{n}.png")) for n in (3, 1, 5, 0)]
    assert np.array_equal(joined(source, "image")[:, 0], wanted)
    assert joined(source, "weight").tolist() == [1.5, 0.5, 2.5, 0]
    (tmp_path / "b.csv").write_text("name,label\n3.png,a\n1.png,b\n")
    assert open_source(tmp_path / "b.csv").columns[0].kind == "image"


def test_persons_in_names_of_files_are_groups(tmp_path):
    for label in "0123":
        for person in ("ann", "bo", "cy"):
            for index in range(4):
                save(tmp_path, f"{label}/{person}_{index}.png", grey(4, 4))
    roles = {c.own.name: c.own.role for c in described(tmp_path).columns}
    assert roles["group"] == "group"
    assert roles["file"] == "id"


@pytest.mark.parametrize(
    ("bits", "kind", "scale"),
    [(8, 1, 127), (16, 1, 2**15 - 1), (24, 1, 2**23 - 1), (32, 1, 2**31 - 1),
     (32, 3, 1), (64, 3, 1)],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_of_every_width_is_the_wave_that_was_written(bits, kind, scale, channels):
    wave_TC = np.sin(np.arange(500)[:, None] / (7 + np.arange(channels))) * 0.9
    if kind == 3:
        values = wave_TC.astype(f"<f{bits // 8}")
    elif bits == 8:
        values = (wave_TC * 127 + 128).round().astype(np.uint8)
    elif bits == 24:
        whole = (wave_TC * scale).round().astype("<i4")
        values = whole.reshape(-1).view(np.uint8).reshape(-1, 4)[:, :3]
    else:
        values = (wave_TC * scale).round().astype(f"<i{bits // 8}")
    content = wav(np.ascontiguousarray(values), 8000, kind, bits, channels)
    sound = waves.decoded(content, Place(None))
    assert sound.rate == 8000
    assert sound.values_CT.shape == (channels, 500)
    # One level down to where it was rounded, and 127 levels of 128.
    precision = 2 / min(scale, 2**20) if kind == 1 else 1e-6
    assert np.abs(sound.values_CT.T - wave_TC).max() < precision


@pytest.mark.parametrize(
    ("old", "new"), [(44_100, 16_000), (8000, 22_050), (48_000, 8000)]
)
def test_tone_keeps_its_pitch_at_another_rate(old, new):
    time = np.arange(old) / old
    tone_CT = np.sin(2 * np.pi * 440 * time)[np.newaxis].astype(np.float32)
    made = waves.resampled(tone_CT, old, new)[0]
    assert len(made) == new
    wanted = np.sin(2 * np.pi * 440 * np.arange(new) / new)
    middle = slice(new // 10, -new // 10)
    assert np.abs(made - wanted)[middle].max() < 0.01


def test_what_the_new_rate_can_not_hold_is_gone():
    time = np.arange(16_000) / 16_000
    high_CT = np.sin(2 * np.pi * 6000 * time)[np.newaxis].astype(np.float32)
    made = waves.resampled(high_CT, 16_000, 8000)[0]
    assert np.abs(made[800:-800]).max() < 0.02


def test_sounds_get_one_rate_and_length(tmp_path):
    for label in ("yes", "no"):
        (tmp_path / label).mkdir()
        for index, rate in enumerate([8000, 8000, 16_000]):
            tone = (np.sin(np.arange(rate // 2) / 9) * 9000).astype("<i2")
            (tmp_path / label / f"{index}.wav").write_bytes(wav(tone, rate))
    source = open_source(tmp_path)
    assert joined(source, "signal").shape == (6, 1, 4000)
    longer = open_source(tmp_path, {"length": 5000, "rate": 8000})
    signals = joined(longer, "signal")
    assert signals.shape == (6, 1, 5000)
    assert np.abs(signals[0, 0, 4000:]).max() == 0  # silence


def test_settings_that_were_found_read_new_files_the_same(tmp_path):
    for label in "ab":
        for index in range(3):
            save(tmp_path, f"{label}/{index}.png", grey(40 + index, 50))
    found = described(tmp_path, Wishes({"size": 12}))
    again = open_source(tmp_path, dict(found.params("x")["reading"]))
    assert again.columns[0].shape == found.columns[0].own.shape == (1, 12, 12)
    json.dumps(found.params("x"))


def test_hidden_files_and_links_are_passed_over(tmp_path):
    for label in "ab":
        save(tmp_path, f"{label}/1.png", grey(4, 4))
    (tmp_path / "a" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert len(joined(open_source(tmp_path), "file")) == 2


def test_file_that_became_a_link_is_not_followed(tmp_path):
    for label in "ab":
        save(tmp_path, f"{label}/1.png", grey(4, 4))
    source = open_source(tmp_path)
    (tmp_path / "b" / "1.png").unlink()
    (tmp_path / "b" / "1.png").symlink_to("/etc/passwd")
    with pytest.raises(DataError, match="a link"):
        joined(source, "image")


def test_image_of_the_library_that_packs_badly_is_one_sentence(tmp_path):
    buffer = io.BytesIO()
    grey(9, 9).save(buffer, "TIFF")
    for cut in range(8, len(buffer.getvalue()), 9):
        for label in "ab":
            (tmp_path / label).mkdir(exist_ok=True)
            (tmp_path / label / "1.tif").write_bytes(buffer.getvalue()[:cut])
        with contextlib.suppress(DataError):
            joined(open_source(tmp_path), "image")
