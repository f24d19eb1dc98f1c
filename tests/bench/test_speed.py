"""The loop that people write, beside ours."""

import json
import math

import pytest
import torch

from engine.bench.speed import nets
from engine.bench.speed.loops import Ours, Written
from engine.bench.speed.speed import BARE, WATCHED, WRITTEN, measured
from engine.cli.main import main
from engine.graph.settings_text import assign


@pytest.mark.parametrize("name", ["mlp-64", "lstm-256"])
def test_the_written_loop_learns(name):
    torch.manual_seed(0)
    loop = Written(nets.endless(nets.BUILT[name](), 1))
    loop.step()
    first = loop.last
    for _ in range(30):
        loop.step()
    assert loop.last < first


@pytest.mark.parametrize(
    "name", ["adam", "adamw", "sgd", "rmsprop", "adagrad", "nadam"]
)
def test_the_written_loop_takes_every_optimizer(name):
    project = nets.endless(nets.BUILT["mlp-64"](), 1)
    assign(project, (f"optimizer={name}",))
    loop = Written(project)
    loop.step()
    assert math.isfinite(loop.last)


def test_ours_learns_and_leaves_a_run_when_it_is_watched(tmp_path):
    project = nets.endless(nets.BUILT["mlp-64"](), 1)
    for folder in (None, tmp_path):
        loop = Ours(project, 1, folder)
        for _ in range(5):
            loop.step()
        loop.close()
    (run,) = tmp_path.iterdir()
    assert (run / "run.json").is_file()


def test_loops_run_in_turn_and_are_compared():
    told = measured("mlp-64", nets.BUILT["mlp-64"](), 1, 0.1)
    assert {WRITTEN, BARE, WATCHED} <= told.step_s.keys()
    assert told.ratios[WRITTEN] == (1.0, 1.0, 1.0)
    assert told.rounds >= 3
    assert told.goal == 2.0
    low, middle, high = told.ratios[WATCHED]
    assert 0 < low <= middle <= high


def test_the_command_tells_it_as_json(capsys):
    assert main(["bench", "mlp-64", "--seconds", "0.1", "--json"]) in {0, 1}
    (network,) = json.loads(capsys.readouterr().out)["networks"]
    assert network["name"] == "mlp-64"
    assert network["step_s"]["written"] > 0
