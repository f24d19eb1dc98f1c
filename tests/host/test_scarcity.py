"""What does not fit: it is never tried, told in a sentence, and leaves no memory."""

import gc
import weakref
from pathlib import Path

import pytest
import torch

import engine.host.forecaster as forecasting
from engine.advice.checks.free_memory import Room
from engine.graph.files import serialize
from engine.host.inside import connect
from engine.protocol import commands
from engine.protocol.device import Devices
from engine.protocol.messages import Forecast, Outcome
from engine.training.forecast.once import once_bytes
from engine.training.loop import trainer as training
from engine.training.machine.scarcity import ScarcityError, is_scarce
from engine.training.parts.phases import PhaseRun
from tests.helpers.waiting import until, wait_for
from tests.training.projects import mlp


@pytest.fixture
def engine():
    client = connect()
    yield client
    client.close(10.0)


def test_the_allocators_words_become_a_sentence():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert is_scarce(caught.value)
    told = ScarcityError(caught.value, "conv", "conv")
    assert (told.node, told.where) == ("conv", "conv")
    assert "4,503,599.63 GB" in str(told)
    assert "alloc_cpu" not in str(told)
    cuda = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    assert is_scarce(cuda)
    assert "2.15 GB" in str(ScarcityError(cuda, ""))
    assert is_scarce(MemoryError())
    assert not is_scarce(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_what_does_not_fit_is_not_rehearsed(engine, monkeypatch):
    monkeypatch.setattr(forecasting, "room", lambda _device: Room(10**9, 1000))
    monkeypatch.setattr(forecasting, "Rehearsal", None)
    engine.send(commands.Estimate(serialize.dumps(mlp()), revision=3))
    found = wait_for(engine, Forecast).body
    assert not found.rehearsed
    assert found.memory_bytes > 1000
    assert found.revision == 3


def test_a_failed_run_leaves_no_weights_in_memory(engine, tmp_path, monkeypatch):
    """The frames of the error, the job and the runner let go of every tensor."""
    once_bytes()  # no training of this process fails before the one that shall
    alive: list[weakref.ref] = []
    backward = PhaseRun.backward

    def failing(phase, total):
        backward(phase, total)
        alive.extend(weakref.ref(w) for w in phase.parameters)
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate"
            " memory: you tried to allocate 173000000000 bytes. Error code 12"
        )

    monkeypatch.setattr(PhaseRun, "backward", failing)
    engine.send(commands.Train(serialize.dumps(mlp()), str(tmp_path), threads=1))
    end = until(engine, Outcome)[-1].body
    assert end.kind == "failed"
    assert "173.00 GB" in end.text
    assert "alloc_cpu" not in end.text
    monkeypatch.undo()
    engine.send(commands.ListDevices())  # answered after all that belongs to the end
    assert wait_for(engine, Devices).body.devices
    gc.collect()
    assert alive
    assert [ref for ref in alive if ref() is not None] == []


def test_a_new_run_does_not_stand_beside_the_old_one(engine, tmp_path, monkeypatch):
    before, old, left = training.Trainer.__init__, [], []

    def noted(trainer, *args, **kwargs):
        gc.collect()
        left.append(sum(ref() is not None for ref in old))
        before(trainer, *args, **kwargs)
        old.extend(map(weakref.ref, trainer.parts.program.modules.parameters()))

    monkeypatch.setattr(training.Trainer, "__init__", noted)
    document = serialize.dumps(mlp(steps=3))
    for _ in range(2):
        engine.send(commands.Train(document, str(tmp_path), threads=1))
        assert until(engine, Outcome)[-1].body.kind == "finished"
    assert old
    assert left == [0, 0]
    assert len(list(Path(tmp_path).iterdir())) == 2
