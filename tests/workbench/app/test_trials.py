"""What is asked of trials: files count from the project's folder, strangers' wait."""

import pytest

import presets
from engine.graph.files import serialize
from engine.protocol.bench.better import Compare
from engine.protocol.bench.preflight import LookAhead


def saved(folder, weights):
    """Return a file of a project that begins with weights."""
    project = presets.load("xor")
    project.weights = weights
    folder.mkdir()
    serialize.save(project, folder / "net.bpw")
    return folder / "net.bpw"


@pytest.fixture
def mine(window, tmp_path):
    file = saved(tmp_path / "mine", "net.safetensors")
    window.document.load(file)
    return window


def whole(path):
    return str(path.with_name("net.safetensors")).replace("\\", "\\\\")


def test_a_check_reads_files_beside_the_project(mine, engine):
    mine.controllers.bench.preflight.ask()
    (asked,) = engine.commands(LookAhead)
    assert whole(mine.document.path) in asked.document
    mine.controllers.bench.preflight.dialog.reject()


def test_both_of_a_comparison_read_files_beside_them(mine, engine, tmp_path):
    other = saved(tmp_path / "other", "net.safetensors")
    mine.controllers.bench.better.ask()
    dialog = mine.controllers.bench.better.dialog
    dialog.file_wanted.emit(other)
    dialog.go.click()
    (asked,) = engine.commands(Compare)
    assert whole(other) in asked.first
    assert whole(mine.document.path) in asked.second
    dialog.reject()


def test_a_strangers_files_are_asked_about_before_they_are_read(
    window, engine, tmp_path
):
    window.document.load(saved(tmp_path / "mine", "../secret.safetensors"))
    bench = window.controllers.bench
    for command in (bench.preflight, bench.better):
        window.banner.hide()
        command.ask()
        assert command.dialog is None
        assert "secret" in window.banner.words.text()
    assert not engine.commands(LookAhead)
