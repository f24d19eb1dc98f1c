"""Memory by arithmetic: against what torch allocates, and for what nobody can hold."""

import time
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.profiler import ProfilerActivity, profile

from engine.advice import analysis
from engine.advice.analysis import Analyser
from engine.advice.checks import free_memory as rooms
from engine.advice.checks.free_memory import Room, main_memory, room
from engine.advice.checks.memory import Needs
from engine.compile.flatten import Flattener
from engine.compile.held import Held, run_and_see
from engine.compile.program import compile_project
from engine.graph.model import Node
from tests.training.projects import phase, project

GB = 10**9


def net(*layers, source="digits", port="image", loss="cross_entropy", **settings):
    """Return a chain of layers with a loss at its end."""
    nodes = [Node("data", "data", {"source": source})]
    wires, last = [], f"data.{port}"
    for index, (kind, params) in enumerate(layers):
        name = f"n{index}"
        nodes.append(Node(name, kind, params))
        wires.append(f"{last}>{name}.input")
        last = f"{name}.out"
    nodes += [Node("flat", "flatten"), Node("scores", "linear", {"out_features": 10})]
    nodes.append(Node("loss", loss))
    wires += [f"{last}>flat.input", "flat.out>scores.input", "scores.out>loss.input"]
    wires.append("data.label>loss.target")
    phases = settings.pop("phases", (phase("adam"),))
    return project(nodes, " ".join(wires), phases, device="cpu", threads=1, **settings)


HUGE = {
    "a million channels": [("conv2d", {"out_channels": 1_000_000})],
    "a square of 60,000": [
        ("flatten", {}),
        ("linear", {"out_features": 60_000}),
        ("linear", {"out_features": 60_000}),
    ],
    "upsampled": [
        ("upsample", {"scale_factor": 64.0}),
        ("conv2d", {"out_channels": 512}),
    ],
    "transposed": [
        ("conv2d", {"out_channels": 100_000}),
        ("conv_transpose2d", {"out_channels": 100_000}),
    ],
    "many filters of few weights": [
        ("conv2d", {"out_channels": 4096, "kernel_size": 1, "padding": 100})
    ],
}


@pytest.fixture
def small_machine(monkeypatch):
    """Room as on a laptop, whatever the machine of the test has."""
    monkeypatch.setattr(analysis, "room", lambda _device: Room(16 * GB, 8 * GB))


@pytest.mark.parametrize("name", HUGE)
def test_what_nobody_can_hold_is_told_at_once_at_what_costs_most(name, small_machine):
    made = net(*HUGE[name], batch_size=1024)
    found = Analyser().analyse(made)
    problems = [p for p in found.problems if "memory" in p.text]
    assert len(problems) == 1, [p.text for p in found.problems]
    assert problems[0].severity == "error"
    assert problems[0].node.startswith(("n", "scores"))
    assert found.memory_bytes > 16 * GB


def test_more_than_is_free_but_not_than_there_is_warns(monkeypatch):
    made = net(("flatten", {}), ("linear", {"out_features": 8}))
    needed = Analyser().analyse(made).memory_bytes
    for there, severity in (
        (Room(needed - 1, needed - 1), ["error"]),
        (Room(needed + 1, needed - 1), ["warning"]),
        (Room(needed, needed), []),
        (Room(0, 0), []),
    ):
        monkeypatch.setattr(analysis, "room", lambda _device, there=there: there)
        found = Analyser().analyse(made).problems
        assert [p.severity for p in found if "memory" in p.text] == severity


def test_optimizer_and_batch_count():
    def needs(kind, batch=32, **values):
        layers = [("flatten", {}), ("linear", {"out_features": 50_000})]
        made = net(*layers, phases=(phase(kind, values=values),), batch_size=batch)
        found = Analyser().analyse(made)
        return found.memory_bytes, found.parameters

    plain, weights = needs("sgd", momentum=0.0)
    assert needs("sgd", momentum=0.9)[0] - plain == 4 * weights
    assert needs("adam")[0] - plain == 8 * weights
    few, many = (needs("sgd", momentum=0.0, batch=n)[0] for n in (600, 1600))
    assert 1000 * 50_000 * 4 < many - few < 4 * 1000 * 50_000 * 4


@pytest.mark.parametrize(
    ("layers", "batch"),
    [
        ([("flatten", {}), ("linear", {"out_features": 2000}), ("relu", {})], 512),
        ([("conv2d", {"out_channels": 64}), ("relu", {}), ("max_pool2d", {})], 512),
        ([("conv2d", {"out_channels": 64}), ("batch_norm2d", {}), ("gelu", {})], 512),
    ],
)
def test_what_is_kept_is_what_torch_allocates(layers, batch):
    """Compares with the growth that torch's own profiler sees in a forward pass."""
    made = net(*layers, batch_size=batch)
    program = compile_project(made, seed=1)
    only = program.phases[0]
    feeds = {
        name: torch.zeros(batch, dtype=torch.long)
        if name.endswith("label")
        else torch.zeros(batch, 1, 8, 8)
        for name in only.feed_names
    }
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        total = only.total(only.run(feeds))
    total.backward()
    events = [
        e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"
    ]
    grew = sum(event.nbytes() for event in events)
    needs = Needs(made, Flattener(made).flat(), program.inferred)
    kept = sum(needs._kept.values()) - needs._kept["data"]
    assert 0.75 < kept / grew < 1.35


def test_fused_attention_keeps_no_table_and_dropout_does():
    class Attention(torch.nn.Module):
        def __init__(self, dropout):
            super().__init__()
            self.dropout = dropout

        def forward(self, x):
            return F.scaled_dot_product_attention(x, x, x, dropout_p=self.dropout)

    x = torch.empty(2, 4, 1000, 16, device="meta", requires_grad=True)
    (out,), fused = run_and_see(Attention(0.0), [x])
    assert out.shape == x.shape
    assert fused.inside_bytes == 0
    _, plain = run_and_see(Attention(0.1), [x])
    assert plain.inside_bytes > 2 * 4 * 1000 * 1000 * 4


def test_room_is_what_the_system_tells():
    found = main_memory()
    table = Path("/proc/meminfo")
    if not table.is_file():
        assert found.free == 0
        return
    sizes = {
        line.partition(":")[0]: int(line.split()[1]) * 1024
        for line in table.read_text("ascii").splitlines()
        if line.endswith("kB")
    }
    assert 0 < found.total <= sizes["MemTotal"]
    assert 0 < found.free <= sizes["MemTotal"]
    assert room("cpu").total == found.total


def test_control_groups_bound_the_room(tmp_path, monkeypatch):
    folder = tmp_path / "memory"
    lines = Path("/proc/self/cgroup")
    if not lines.is_file():
        pytest.skip("no control groups on this system")
    folder.mkdir()
    (tmp_path / "memory.max").write_text("1000000")
    (tmp_path / "memory.current").write_text("700000")
    (tmp_path / "memory.stat").write_text("anon 600000\ninactive_file 100000\n")
    read = Path.read_text

    def told(path, *args, **kwargs):
        return "0::/a/b\n" if path == lines else read(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", told)
    assert rooms._group_limits(tmp_path) == [(1_000_000, 600_000)]
    (tmp_path / "memory.max").write_text("max")
    assert rooms._group_limits(tmp_path) == []


def test_ulimit_bounds_the_room(monkeypatch):
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: 7 * GB, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], 0))
    assert rooms._process_limits({"VmSize": 2 * GB}) == [(7 * GB, 2 * GB)]


@pytest.mark.parametrize("bias", [True, False])
def test_bilinear_layer_is_looked_at_at_once_however_many_outputs_it_has(bias):
    with torch.device("meta"):
        layer = nn.Bilinear(3, 5, 1_000_000, bias=bias)
        probes = [torch.empty(4, 2, n, requires_grad=True) for n in (3, 5)]
    start = time.perf_counter()
    (out,), held = run_and_see(layer, probes)
    assert time.perf_counter() - start < 1  # one by one it takes half a minute
    assert out.shape == (4, 2, 1_000_000)
    assert held == Held(0, (0, 1))
