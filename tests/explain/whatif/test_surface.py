"""The loss around all weights as the window is told it, held against plain torch."""

from pathlib import Path

import numpy as np
import pytest
import torch

import presets
from engine.cli.main import main
from engine.errors import ConfigError
from engine.explain.answers.copies import of_document, of_run
from engine.explain.answers.desk import HeldStep
from engine.explain.answers.surface import Surroundings
from engine.explain.trace.held import coming
from engine.explain.whatif import landscape
from engine.graph.files import serialize
from engine.protocol import tracing
from engine.protocol.tracing.surface import ReadSurface


def plain_loss(held):
    """Return the loss by the program itself, with the step's random numbers."""
    torch.set_rng_state(held.recording.random["cpu"])
    program = held.recording.phase
    return program.total(program.run(dict(held.recording.feeds))).item()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a run that has kept its weights several times."""
    folder = str(tmp_path_factory.mktemp("runs") / "run")
    words = ["--steps", "60", "--checkpoint-every", "15", "--out", folder]
    assert main(["train", "xor", *words]) == 0
    return Path(folder)


def whole(step, **wish):
    """Return all losses of a map, asked for part by part, and the last answer."""
    losses, told = [], None
    while told is None or len(losses) < told.points**2:
        told = step.answer(ReadSurface(start=len(losses), **wish))
        assert len(told.losses)
        losses += told.losses.tolist()
    return np.reshape(losses, (told.points, told.points)), told


def test_a_map_is_the_loss_of_plain_torch_at_each_place():
    step = HeldStep(lambda: of_document(serialize.dumps(presets.load("xor"))))
    step.answer(tracing.HoldStep())
    losses, told = whole(step, reach=0.5, points=3)
    assert told.directions == "random"
    assert told.path.shape == (0, 2)
    held = step.held
    plane = landscape.plane(held)
    middle = [w.detach().clone() for w in held.run.parameters]
    for row, y in enumerate((-0.5, 0.0, 0.5)):
        for column, x in enumerate((-0.5, 0.0, 0.5)):
            rows = zip(held.run.parameters, middle, plane.first, plane.second,
                       strict=True)  # fmt: skip
            with torch.no_grad():
                for w, was, a, b in rows:
                    w.copy_(was + x * a + y * b)
            assert losses[row, column] == pytest.approx(plain_loss(held), rel=1e-6)
    assert told.total == pytest.approx(losses[1, 1], rel=1e-6)


def test_the_way_of_a_run_lies_where_its_weights_were(trained):
    step = HeldStep(lambda: of_run(trained))
    step.answer(tracing.HoldStep())
    _losses, told = whole(step, directions="path", points=3)
    assert told.directions == "path"
    copy = of_run(trained)
    held = next(coming(copy.parts, copy.position))
    path = Surroundings(held, copy.parts, copy.folder)
    path.read(ReadSurface("path", 1.0, 3, 8))
    now = np.concatenate([w.detach().double().numpy().ravel()
                          for w in held.run.parameters])  # fmt: skip
    rows = [np.concatenate([w.double().numpy().ravel() for w in weights])
            for weights in path._path]  # fmt: skip
    moved = np.array(rows) - now
    assert len(told.path) == len(rows) >= 4
    _, sizes, _ = np.linalg.svd(moved, full_matrices=False)
    share = (sizes[:2] ** 2).sum() / (sizes**2).sum()
    assert told.held == pytest.approx(share, abs=1e-4)
    assert np.abs(told.path).max() == pytest.approx(1.0, abs=1e-5)
    assert told.path[-1] == pytest.approx((0, 0), abs=1e-5)


def test_at_random_the_way_is_hardly_within(trained):
    step = HeldStep(lambda: of_run(trained))
    step.answer(tracing.HoldStep())
    told = step.answer(ReadSurface("random", 1.0, 3))
    assert told.directions == "random"
    assert len(told.path) >= 4
    assert 0 <= told.held < 0.9


@pytest.mark.parametrize(
    "wish",
    [{"points": 4}, {"points": 1}, {"points": 9999}, {"reach": 0.0},
     {"reach": float("nan")}, {"directions": "up"}, {"start": 625}, {"start": -1}],
)  # fmt: skip
def test_what_is_no_place_is_refused(wish):
    step = HeldStep(lambda: of_document(serialize.dumps(presets.load("xor"))))
    step.answer(tracing.HoldStep())
    with pytest.raises(ConfigError):
        step.answer(ReadSurface(**wish))


def test_a_run_that_has_moved_along_a_line_gets_a_random_second_direction():
    """With one earlier place the first direction is the way there, whole."""
    copy = of_document(serialize.dumps(presets.load("xor")))
    held = next(coming(copy.parts, copy.position))
    gaps = [torch.randn_like(w) for w in held.run.parameters]
    way = [w.detach() + gap for w, gap in zip(held.run.parameters, gaps, strict=True)]
    found = landscape.plane_of(held, [way])
    assert found.is_line
    assert abs(found.place(gaps)[0]) == pytest.approx(1.0, abs=1e-5)
    for gap, first in zip(gaps, found.first, strict=True):
        assert torch.allclose(first.abs(), gap.abs(), atol=1e-5)
    second = landscape.plane(held).second
    assert all(map(torch.equal, found.second, second))
