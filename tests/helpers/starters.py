"""Networks that an empty canvas is offered, computed by plain torch from their weights.

Files are read by Pillow, `wave` and csv, and scaled as the run has recorded it.
"""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from engine.cli.main import main


def weights_of(run):
    """Return the tensors that are exported, by name."""
    out = Path(run).with_name("weights.safetensors")
    words = ["export", str(run), "--format", "safetensors", "--out", str(out)]
    assert main(words) == 0
    return load_file(out)


def scaled(run, port, raw):
    """Return values as the run has scaled them, as float32."""
    record = json.loads((Path(run) / "run.json").read_text())
    step = record["scaling"]["data"][port]
    made = (raw - np.array(step["shift"])) / np.array(step["scale"])
    return torch.from_numpy(np.ascontiguousarray(made, np.float32))


def unscaled(run, port, values):
    """Return values in the units of the file."""
    record = json.loads((Path(run) / "run.json").read_text())
    step = record["scaling"]["data"][port]
    return values.double().numpy() * np.array(step["scale"]) + np.array(step["shift"])


def predicted(run, source, out):
    """Answer a file or folder by the command line; return the lines by column."""
    assert main(["predict", str(run), str(source), "--out", str(out)]) == 0
    with Path(out).open(newline="") as file:
        return list(csv.DictReader(file))


def shares_of(lines):
    """Return class names and the shares of each line. Shape: N×C."""
    names = [name for name in lines[0] if name.startswith("share of ")]
    shares = np.array([[float(line[name]) for name in names] for line in lines])
    return [name.removeprefix("share of ") for name in names], shares


def _names(weights, stem):
    """Return the nodes of a kind, in their order: conv, conv_2, …"""
    found = {name.rpartition(".")[0] for name in weights}
    return sorted(
        (n for n in found if n.split("_")[0] == stem), key=lambda n: (len(n), n)
    )


def _dense(weights, name, x):
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def image_shares(weights, x):
    """Return softmax of the convolutional starter. Shape: N×C×H×W → N×K."""
    side = min(x.shape[2:])
    for name in _names(weights, "conv"):
        x = F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1)
        x = F.relu(x)
        if side >= 4:
            x, side = F.max_pool2d(x, 2), side // 2
    x = F.relu(_dense(weights, "hidden", x.flatten(1)))
    return _dense(weights, "scores", x).softmax(1).numpy()


def signal_shares(weights, x):
    """Return softmax of the starter for signals. Shape: N×C×T → N×K."""
    convs, norms = _names(weights, "conv"), _names(weights, "norm")
    for number, (conv, norm) in enumerate(zip(convs, norms, strict=True)):
        kernel = weights[f"{conv}.weight"]
        x = F.conv1d(x, kernel, weights[f"{conv}.bias"], padding=kernel.shape[2] // 2)
        mean, spread = weights[f"{norm}.running_mean"], weights[f"{norm}.running_var"]
        x = F.batch_norm(x, mean, spread, weights[f"{norm}.weight"],
                         weights[f"{norm}.bias"])  # fmt: skip
        x = F.relu(x)
        if number < len(convs) - 1:
            x = F.max_pool1d(x, 4)
    return _dense(weights, "scores", x.mean(2)).softmax(1).numpy()


def text_shares(weights, tokens_NT):
    """Return softmax of the LSTM that writes on. Shape: N×T → N×T×K."""
    x = F.embedding(tokens_NT, weights["embedding.weight"])
    lstm = torch.nn.LSTM(x.shape[2], 128, batch_first=True)
    own = {n.rpartition(".")[2]: t for n, t in weights.items() if n.startswith("lstm.")}
    lstm.load_state_dict(own)
    with torch.no_grad():
        return _dense(weights, "scores", lstm(x)[0]).softmax(2).numpy()


def forecasts(weights, window_NTC):
    """Return the next value of the starter for a series. Shape: N×T×1 → N×1."""
    last = window_NTC[:, -1:, :]
    flat = (window_NTC - last).flatten(1)
    bend = _dense(weights, "bend", F.relu(_dense(weights, "hidden", flat)))
    return last.flatten(1) + _dense(weights, "line", flat) + bend
