"""Training samples that are varied, against the same by hand in numpy."""

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.catalog import load
from engine.data.own.practice import Variation
from engine.errors import ConfigError
from engine.graph.model import Node
from engine.layers import registry
from engine.training.evaluation.varying import varied
from engine.training.parts.assembly import assemble
from tests.helpers.surveys import survey
from tests.training.projects import project

SIDE = 9


def images(count=40):
    return torch.rand(count, 3, SIDE, SIDE + 2, generator=dice(1))


def dice(seed):
    return torch.Generator().manual_seed(seed)


def test_flip_mirrors_about_half_of_the_images():
    before = images(200)
    after = varied(before, [Variation("flip")], dice(2))
    same = [bool((a == b).all()) for a, b in zip(after, before, strict=True)]
    assert 70 < sum(same) < 130
    for kept, a, b in zip(same, after.numpy(), before.numpy(), strict=True):
        np.testing.assert_array_equal(a, b if kept else b[:, :, ::-1])


def test_shift_moves_whole_pixels_and_repeats_the_edge():
    before = images()
    after = varied(before, [Variation("shift", 2)], dice(3)).numpy()
    found = set()
    for a, b in zip(after, before.numpy(), strict=True):
        around = np.pad(b, ((0, 0), (2, 2), (2, 2)), mode="edge")
        places = [
            (y, x) for y in range(5) for x in range(5)
            if (around[:, y : y + SIDE, x : x + SIDE + 2] == a).all()
        ]  # fmt: skip
        assert len(places) == 1
        found |= set(places)
    assert len(found) > 12


def test_shift_moves_a_signal_in_time():
    before = torch.arange(24.0).reshape(2, 1, 12).repeat(10, 1, 1)
    after = varied(before, [Variation("shift", 3)], dice(3)).numpy()
    for a, b in zip(after, before.numpy(), strict=True):
        around = np.pad(b, ((0, 0), (3, 3)), mode="edge")
        assert any((around[:, t : t + 12] == a).all() for t in range(7))


def test_crop_enlarges_a_window_as_by_hand():
    """The corners of a window are read off two ramps; in between it is a ramp too."""
    down, right = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5,
                              indexing="ij")  # fmt: skip
    ramps = torch.tensor(np.stack([down, right]) / SIDE, dtype=torch.float32)
    after = varied(ramps.repeat(50, 1, 1, 1), [Variation("crop", 0.6)], dice(4)).numpy()
    sides, starts = [], []
    for image in after:
        column, row = image[0, 1:-1, 4], image[1, 4, 1:-1]  # edges are repeated
        side = np.diff(column).mean() * SIDE
        assert np.diff(row).mean() * SIDE == pytest.approx(side, abs=1e-3)
        np.testing.assert_allclose(np.diff(column) * SIDE, side, atol=1e-3)
        start = column[0] - 1.5 * side / SIDE
        assert -1e-3 <= start <= 1 - side + 1e-3
        sides.append(side)
        starts.append(start)
    assert 0.6 - 1e-3 <= min(sides) < 0.7
    assert 0.9 < max(sides) <= 1 + 1e-3
    assert np.std(starts) > 0.05


def test_noise_has_the_deviation_that_is_asked_for():
    before = images(300)
    added = (varied(before, [Variation("noise", 0.1)], dice(5)) - before).numpy()
    assert added.std() == pytest.approx(0.1, rel=0.02)
    assert abs(added.mean()) < 0.002


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """24 small images of two classes."""
    random = np.random.default_rng(6)
    place = tmp_path_factory.mktemp("pictures")
    for name in ("left", "right"):
        (place / name).mkdir()
        for number in range(12):
            pixels = random.integers(0, 255, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(place / name / f"{number}.png")
    return place


def document(params):
    nodes = [
        Node("data", "data", registry.get("data").complete(params)),
        Node("flat", "flatten"),
        Node("scores", "linear", {"out_features": 2}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.image>flat.input flat.out>scores.input scores.out>loss.input "
        "data.label>loss.target"
    )
    return project(nodes, wires, batch_size=8, device="cpu", threads=1)


def test_only_steps_are_varied_and_each_epoch_otherwise(folder):
    found = survey(folder)
    name = next(c.name for c in found.columns if c.kind == "image")
    params = {**found.params, "steps": ((name, "flip"), (name, "noise", 0.05))}
    data = load(params)
    known = {image.tobytes() for image in data.train["image"]}
    feeds = assemble(document(params)).feeds
    begun = feeds.state()
    first, second = ([feeds.next() for _ in range(feeds.order.batches_per_epoch)]
                     for _ in range(2))  # fmt: skip
    shown = [set(), set()]
    for epoch, batches in enumerate((first, second)):
        for batch in batches:
            shown[epoch] |= {image.numpy().tobytes() for image in batch["data.image"]}
    assert not (shown[0] | shown[1]) & known
    assert not shown[0] & shown[1]
    feeds.restore(begun)
    again = feeds.next()["data.image"]
    torch.testing.assert_close(again, first[0]["data.image"], rtol=0, atol=0)
    for batches, part in ((feeds.validation_batches(5), data.validation),
                          (feeds.training_batches(5), data.train)):  # fmt: skip
        looked = torch.cat([batch["data.image"] for _, batch in batches]).numpy()
        assert {i.tobytes() for i in looked} <= {i.tobytes() for i in part["image"]}


@pytest.mark.parametrize("size", [0, 5000, "wide", True])
def test_shift_by_an_odd_number_is_refused(folder, size):
    found = survey(folder)
    name = next(c.name for c in found.columns if c.kind == "image")
    with pytest.raises(ConfigError) as caught:
        load({**found.params, "steps": ((name, "shift", size),)})
    assert "another number" in str(caught.value)
