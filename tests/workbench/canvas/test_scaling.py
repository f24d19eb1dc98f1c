"""Screens of 1.25, 1.5 and 2 device pixels to the pixel: texts fit, edges are sharp."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="module", params=["1.25", "1.5", "2"])
def told(request):
    """What `tests.helpers.scaled` tells on a screen with this factor."""
    env = {**os.environ, "QT_SCALE_FACTOR": request.param}
    env["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.scaled"],
        capture_output=True, text=True, env=env, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ratio"] == float(request.param)
    return found


def test_the_text_of_every_card_fits(told):
    lines = told["lines"]
    assert len(lines) > 200
    wide = [
        line
        for line in lines
        if line["width"] > line["room"][0] + 1 and not line["is_full"]
    ]
    assert wide == []
    assert [line for line in lines if line["height"] > line["room"][1]] == []


def test_cards_stand_on_whole_pixels_of_the_device(told):
    for spot in told["spots"]:
        assert spot == pytest.approx([round(spot[0]), round(spot[1])], abs=1e-6)
