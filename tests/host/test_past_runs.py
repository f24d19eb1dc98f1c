"""Runs that were made before, asked of the engine, against what was put into them."""

import json

import numpy as np
import pytest

import presets
from engine.cli.main import main
from engine.errors import EngineError
from engine.folder import account
from engine.graph.files import serialize
from engine.host import connect
from engine.protocol import commands
from engine.protocol.messages import EngineReady, Evaluation, Failed, LayerSample
from engine.protocol.past_runs import CurvesPart, OpenedRun
from engine.training.records import past_runs, runs
from engine.training.records.metric_store import MetricStore
from tests.helpers.waiting import wait_for


@pytest.fixture(scope="module")
def engine():
    client = connect()
    wait_for(client, EngineReady)
    yield client
    client.close(20.0)


def asked(engine, command, kind=None):
    """Return the answer to a command: of its class, or the refusal."""
    number = engine.send(command)
    answer = wait_for(engine, kind or Failed)
    assert answer.number == number
    return answer.body


def write(folder, preset, **fields):
    document = serialize.dumps(presets.load(preset))
    head = {"format": account.FORMAT, "version": account.VERSION, "state": "finished"}
    text = json.dumps({**head, "document": document, **fields})
    (folder / "run.json").write_text(text)
    return document


def sample(step: int, layers: int) -> LayerSample:
    counts = np.full((layers, 512), step, dtype=np.int64)
    numbers = [np.full(layers, step / n) for n in range(1, 6)]
    return LayerSample(step, counts, counts + 1, *numbers)


STEPS, SAMPLES = 40_000, 150


@pytest.fixture
def long_run(tmp_path):
    rows = [["hidden", 0], ["output", 0]]
    goals = [{"losses": {"loss": 1.0}, "first": 1, "last": STEPS}]
    kept = {"step": 39_000, "file": "x.safetensors", "sha256": "0" * 64}
    told = {"rows": rows, "goals": goals, "checkpoint": kept, "threads": 3}
    write(tmp_path, "xor", **told)
    store = MetricStore(tmp_path / "metrics.sqlite")
    losses = np.random.default_rng(0).random((STEPS, 1))
    store.add_steps(np.arange(1, STEPS + 1), losses, losses * 2)
    for step in range(1, SAMPLES + 1):
        store.add_sample(sample(step, 2))
    store.add_evaluation(Evaluation(STEPS, 2.0, {"loss": 0.5}))
    store.close()
    return tmp_path, losses


def test_a_long_run_comes_in_small_parts_with_every_number(engine, long_run):
    folder, losses = long_run
    before = sorted(each.name for each in folder.iterdir())
    told = asked(engine, commands.OpenRun(str(folder)), OpenedRun)
    assert (told.run, told.state, told.step) == (str(folder), "finished", 39_000)
    assert (told.last_step, told.num_phases, told.threads) == (STEPS, 1, 3)
    assert (told.layers, told.layer_phases) == (("hidden", "output"), (0, 0))
    assert told.goals[0].losses == {"loss": 1.0}
    assert (told.damage, told.places, told.can_resume) == ("", (), False)
    parts = [
        asked(engine, commands.ReadCurves(str(folder), part), CurvesPart)
        for part in range(told.parts)
    ]
    assert [part.part for part in parts] == [0, 1, 2]
    assert max(len(part.steps) for part in parts) == past_runs.STEPS
    steps = np.concatenate([part.steps for part in parts])
    assert steps.tolist() == list(range(1, STEPS + 1))
    found = np.concatenate([part.losses for part in parts])
    assert found.tobytes() == losses.tobytes()
    rates = np.concatenate([part.rates for part in parts])
    assert rates.tobytes() == (losses * 2).tobytes()
    samples = [each for part in parts for each in part.samples]
    assert [each.step for each in samples] == list(range(1, SAMPLES + 1))
    assert samples[-1].weight_histogram.tolist() == [[SAMPLES + 1] * 512] * 2
    (evaluation,) = [each for part in parts for each in part.evaluations]
    assert evaluation.values == {"loss": 0.5}
    assert sorted(each.name for each in folder.iterdir()) == before


def test_parts_of_another_run_are_read_anew_and_those_past_the_end_refused(
    engine, long_run, tmp_path_factory
):
    folder, losses = long_run
    other = tmp_path_factory.mktemp("other")
    write(other, "xor")
    asked(engine, commands.OpenRun(str(folder)), OpenedRun)
    assert asked(engine, commands.OpenRun(str(other)), OpenedRun).parts == 1
    part = asked(engine, commands.ReadCurves(str(folder), 1), CurvesPart)
    assert part.losses.tolist() == losses[1 << 14 : 2 << 14].tolist()
    for number in (-1, 3, 2**40):
        failed = asked(engine, commands.ReadCurves(str(folder), number))
        assert "no such part" in failed.text


def test_samples_of_many_layers_come_few_at_a_time(tmp_path):
    write(tmp_path, "xor")
    store = MetricStore(tmp_path / "metrics.sqlite")
    for step in range(1, 8):
        store.add_sample(sample(step, 1500))
    store.close()
    opened, curves = past_runs.told(str(tmp_path))
    sizes = [
        len(past_runs.part_of(curves, "", number).samples)
        for number in range(opened.parts)
    ]
    assert sizes == [2, 2, 2, 1]


def test_damaged_curves_are_told_and_the_rest_is_given(engine, long_run):
    folder, _losses = long_run
    (folder / "metrics.sqlite").write_bytes(b"none " * 999)
    told = asked(engine, commands.OpenRun(str(folder)), OpenedRun)
    assert "curves" in told.damage
    assert (told.last_step, told.parts) == (0, 1)
    part = asked(engine, commands.ReadCurves(str(folder), 0), CurvesPart)
    assert part.losses.shape == (0, 1)


FOREIGN = {"version": 99, "format": "other"}
NEWER = {"version": 99, "format": account.FORMAT}


@pytest.mark.parametrize(
    ("fields", "words"),
    [(FOREIGN, "run.json is not a run's"), (NEWER, "made by another version")],
    ids=["foreign", "newer"],
)
def test_every_door_refuses_a_run_of_another_program_with_the_same_words(
    engine, tmp_path, capsys, fields, words
):
    folder = tmp_path / "run"
    folder.mkdir()
    document = serialize.dumps(presets.load("xor"))
    (folder / "run.json").write_text(json.dumps({"document": document, **fields}))
    with pytest.raises(EngineError, match=words) as refused:
        account.read(folder)
    place, target = str(folder), str(tmp_path / "x.safetensors")
    for command in (
        commands.OpenRun(place),
        commands.ReadCurves(place, 0),
        commands.ResumeRun(place),
        commands.Export(place, "safetensors", target),
        commands.Look(run=place),
        commands.OpenCell("view", 0, 0, place),
        commands.SettleRun(place),
        commands.PreviewWeights(document, place),
        commands.Train(document, str(tmp_path / "runs"), weights_from=place),
    ):
        assert asked(engine, command).text == str(refused.value), command
    for arguments in (
        ["train", "--resume", "--out", place],
        ["train", "xor", "--weights-from", place, "--out", str(tmp_path / "new")],
        ["export", place, "--format", "pt", "--out", target],
    ):
        assert main(arguments) == 2
        assert str(refused.value) in capsys.readouterr().err
    assert sorted(each.name for each in folder.iterdir()) == ["run.json"]
    assert not list(tmp_path.glob("runs/*"))


@pytest.fixture
def hostile(tmp_path):
    """A stranger's run that would begin with the weights of somebody's private file."""
    (tmp_path / "mine").mkdir()
    secret = tmp_path / "mine" / "private.pt"
    secret.write_bytes(b"none")
    folder = tmp_path / "run"
    folder.mkdir()
    write(folder, "xor", state="interrupted", weights_from=str(secret))
    return folder, str(secret)


def test_a_run_that_names_files_elsewhere_is_not_resumed_unless_they_are_allowed(
    engine, hostile, monkeypatch
):
    folder, secret = hostile
    opened = []
    monkeypatch.setattr("engine.training.weights.weight_files.read", opened.append)
    assert asked(engine, commands.OpenRun(str(folder)), OpenedRun).places == (secret,)
    for allowed in ((), (secret + "x", str(folder))):
        command = commands.ResumeRun(str(folder), allowed=allowed)
        failed = asked(engine, command)
        assert "outside its folder" in failed.text
        assert secret in failed.text
        assert failed.details == ""
    assert opened == []
    asked(engine, commands.ResumeRun(str(folder), allowed=(secret,)))
    assert opened == [secret]


def test_a_run_with_weights_of_its_own_goes_on_without_any_leave(engine, tmp_path):
    kept = {"step": 1, "file": "x.safetensors", "sha256": "0" * 64}
    write(tmp_path, "xor", weights_from="/private.pt", state="stopped")
    assert runs.open_run(tmp_path).places == ("/private.pt",)
    write(tmp_path, "xor", weights_from="/private.pt", state="stopped", checkpoint=kept)
    assert runs.open_run(tmp_path).places == ()
    failed = asked(engine, commands.ResumeRun(str(tmp_path)))
    assert "x.safetensors" in failed.text
    assert "private" not in failed.text
