"""`python -m engine preflight`."""

import json

import presets
from engine.cli.main import main
from engine.graph.files import serialize
from engine.graph.settings_text import assign


def test_a_healthy_preset_gives_zero_and_its_sentences(capsys):
    assert main(["preflight", "digits-mlp"]) == 0
    written = capsys.readouterr().out
    assert "✓ Can it learn a few samples by heart?" in written
    assert "✗" not in written


def test_a_rate_that_is_too_high_gives_one_and_a_fix(tmp_path, capsys):
    project = presets.load("digits-mlp")
    assign(project, ("lr=1",))
    file = tmp_path / "fast.bpw"
    serialize.save(project, file)
    assert main(["preflight", str(file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (check,) = [c for c in told["checks"] if c["verdict"] == "failed"]
    (finding,) = check["findings"]
    assert finding["fault"] == "learning_rate_too_high"
    assert finding["fixes"] == [
        f"Set the learning rate to {told['rates'][0]['proposed']:g}"
    ]
    assert len(told["rates"][0]["rates"]) == len(told["rates"][0]["losses"])
