"""Runs killed with -9 at a random step end with the same weights."""

import argparse
import contextlib
import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import safetensors.numpy

HELP = "killed runs end with the same weights"

ROOT = Path(__file__).parents[2]
_PRESET = "digits-mlp"
_STEPS, _EVERY = 1500, 7
_SETTINGS = (
    *("--steps", str(_STEPS), "--checkpoint-every", str(_EVERY)),
    *("--threads", "1", "--seed", "3"),
)
_EPOCH = 23
"""Steps of an epoch of this preset."""
_LIMIT_S = 120.0


def run(options: argparse.Namespace, folder: Path) -> int:
    """Kill, resume, and compare the weights with those of an uninterrupted run."""
    chance = random.Random(options.seed)
    whole = folder / "whole"
    seconds = _finish(_start(_PRESET, *_SETTINGS, "--out", whole))
    expected = _weights(whole)
    good, between = 0, 0
    for number in range(options.n):
        killed = folder / f"run{number}"
        step = _kill_somewhere(killed, chance)
        _finish(_start("--resume", "--out", killed, *_SETTINGS[2:4]))
        same = _weights(killed) == expected
        good += same
        between += step % _EPOCH != 0
        print(f"killed at step {step}: {'equal' if same else 'DIFFERENT'}", flush=True)
    word = "PASS" if good == options.n else "FAIL"
    print(f"mid-epoch {between}/{options.n}, {seconds:.0f} s a run")
    print(f"{word} {good}/{options.n}")
    return 0 if good == options.n else 1


def _start(*arguments: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "train", *map(str, arguments), "--json"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _finish(process: "subprocess.Popen[bytes]") -> float:
    """Wait for a run and return the seconds it took; it must end well."""
    start = time.monotonic()
    _, errors = process.communicate(timeout=_LIMIT_S)
    if process.returncode != 0:
        sys.exit(errors.decode())
    return time.monotonic() - start


def _kill_somewhere(run: Path, chance: random.Random) -> int:
    """Start a run, kill it at a random moment; return the step it goes on from."""
    process = _start(_PRESET, *_SETTINGS, "--out", run)
    goal = chance.randrange(_STEPS - 3 * _EVERY)
    deadline = time.monotonic() + _LIMIT_S
    while _checkpoint(run).get("step", 0) < goal and process.poll() is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.001)
    time.sleep(chance.random() * 0.02)
    process.kill()
    process.communicate()
    if process.returncode == 0:
        sys.exit("The run ended before it could be killed.")
    return _checkpoint(run).get("step", 0)


def _checkpoint(run: Path) -> dict:
    """Return what run.json says about the newest checkpoint."""
    with contextlib.suppress(OSError):
        text = (run / "run.json").read_text("utf-8")
        return json.loads(text).get("checkpoint") or {}
    return {}


def _weights(run: Path) -> str:
    """Return the SHA-256 over all weights and buffers of the newest checkpoint."""
    path = run / "checkpoints" / _checkpoint(run)["file"]
    tensors = safetensors.numpy.load_file(path)
    digest = hashlib.sha256(str(_checkpoint(run)["step"]).encode())
    for name in sorted(name for name in tensors if name.startswith("model/")):
        digest.update(name.encode() + tensors[name].tobytes())
    return digest.hexdigest()
