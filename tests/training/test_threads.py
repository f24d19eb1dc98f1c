import subprocess
import sys
import threading

import pytest
import torch

import presets
from engine.training.loop.trainer import Trainer
from engine.training.parts.threads import (
    candidates,
    fastest,
    flush_denormals,
    wished,
)


class Machine:
    """A clock that a piece of work moves on, by an amount per thread count."""

    def __init__(self, seconds):
        self.seconds, self.now, self.threads = seconds, 0.0, 0

    def use(self, threads):
        self.threads = threads

    def work(self):
        self.now += self.seconds[self.threads]

    def clock(self):
        return self.now

    def choice(self, cores):
        return fastest(self.work, cores, use=self.use, clock=self.clock)


def test_candidates_are_powers_of_two_up_to_all():
    assert candidates(1) == [1]
    assert candidates(2) == [2, 1]
    assert candidates(12) == [12, 1, 2, 4, 8]


def test_fastest_count_wins():
    assert Machine({1: 1e-3, 2: 6e-4}).choice(2) == 2
    assert Machine({1: 1e-3, 2: 2e-3, 4: 5e-3}).choice(4) == 1


def test_one_thread_wins_a_draw():
    assert Machine({1: 1e-3, 2: 0.98e-3}).choice(2) == 1


def test_slow_work_is_not_tried_for_long():
    machine = Machine({1: 3.0, 2: 2.0})
    assert machine.choice(2) == 2
    assert machine.now == 2.0
    quick = Machine({1: 1e-4, 2: 1e-4, 4: 1e-4, 8: 1e-4})
    quick.choice(8)
    assert quick.now < 0.5


_COUNT = """
import os, sys, torch
from engine.training.parts import threads
torch.set_num_threads(2)
if "alone" in sys.argv:
    threads.leave_all_to_training()
before = len(os.listdir("/proc/self/task"))
torch.randn(700, 700).matmul(torch.randn(700, 700)).exp_()
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.parametrize(("words", "helpers"), [(["alone"], 0), ([], 1)])
@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads in /proc")
def test_a_thread_that_only_answers_has_no_helpers_of_its_own(words, helpers):
    done = subprocess.run(
        [sys.executable, "-c", _COUNT, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == helpers


def test_tiny_numbers_are_zero_in_a_training_and_in_all_that_it_starts():
    found = []

    def product():
        found.append((torch.full((3,), 1e-30) * 1e-10).max().item())

    def training():
        flush_denormals()
        product()
        helper = threading.Thread(target=product)
        helper.start()
        helper.join()

    thread = threading.Thread(target=training)
    thread.start()
    thread.join()
    assert found == [0.0, 0.0]


def test_numbers_are_as_before_once_a_training_is_over():
    tiny = torch.full((3,), 1e-30)
    trainer = Trainer(presets.load("xor"), threads=1)
    steps = trainer.steps()
    next(steps)
    assert not (tiny * 1e-10).any()
    steps.close()
    assert (tiny * 1e-10).all()


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ({}, 0),
        ({"OMP_NUM_THREADS": "1"}, 1),
        ({"OMP_NUM_THREADS": "3,2"}, 3),
        ({"MKL_NUM_THREADS": "2"}, 2),
        ({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "4"}, 1),
        ({"OMP_NUM_THREADS": "many"}, 0),
        ({"OMP_NUM_THREADS": "0"}, 0),
    ],
)
def test_environment_says_how_many_threads(monkeypatch, variables, count):
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wished() == count


def test_environment_counts_where_the_document_leaves_it_open(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    for asked, used in ((0, 1), (2, 2)):
        trainer = Trainer(presets.load("xor"), threads=asked)
        trainer.begin()
        assert trainer.started().threads == used
        trainer.close("stopped")
