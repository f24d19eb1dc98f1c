"""Pictures of the real window, made by the command in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[4]


def shot(tmp_path, *arguments):
    picture = tmp_path / "shot.png"
    command = [sys.executable, "-m", "workbench", *arguments, "--shot", str(picture)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=180,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    return done, QImage(str(picture))


def test_shot_after_steps_has_the_wished_size_and_prints_its_path(tmp_path):
    done, image = shot(tmp_path, "xor", "--after-steps", "20", "--size", "1200x800")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("shot.png")
    assert (image.width(), image.height()) == (1200, 800)


@pytest.mark.parametrize("text", ["", "{", '{"format": "something else"}'])
def test_shot_of_a_broken_file_is_a_picture_that_says_so(tmp_path, text):
    path = tmp_path / "broken.bpw"
    path.write_text(text)
    done, image = shot(tmp_path, str(path))
    assert done.returncode == 0, done.stderr
    assert not image.isNull()


def test_shot_of_an_unknown_panel_fails_with_one_line(tmp_path):
    done, image = shot(tmp_path, "xor", "--panel", "nothing")
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "plugin" not in line]
    assert len(lines) == 1
    assert "nothing" in lines[0]
    assert image.isNull()
