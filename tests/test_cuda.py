"""What `python -m tests.cuda` does on a GPU, done on the processor."""

import pytest
import torch

from tests import cuda
from tests.cuda import Setting

SETTING = Setting("cpu", seconds=0.1, names=("digits-mlp",))


@pytest.mark.parametrize("name", ["steps", "resume", "measure", "readback", "memory"])
def test_check_passes_on_the_processor(name, capsys):
    assert cuda.run(SETTING, (name,)) == 0
    assert f"{name:<9} {'–' if name == 'memory' else 'ok'}" in capsys.readouterr().out


def test_loss_that_is_another_is_found(monkeypatch):
    losses = cuda.losses
    monkeypatch.setattr(cuda, "losses", lambda project: losses(project) * 1.01)
    [(good, _)] = cuda.steps(SETTING)
    assert good is False


def test_what_can_not_be_done_is_bad_and_the_others_go_on(monkeypatch, capsys):
    def broken(_setting):
        yield True, "one"
        raise RuntimeError("no kernel image")

    monkeypatch.setitem(cuda.CHECKS, "steps", broken)
    assert cuda.run(SETTING, ("steps", "memory")) == 1
    told = capsys.readouterr().out
    assert "no kernel image" in told
    assert "memory    –" in told


def test_without_a_gpu_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["tests.cuda"])
    assert cuda.main() == 0
    assert capsys.readouterr().out.startswith("SKIPPED: torch sees no GPU")
