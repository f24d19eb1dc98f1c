"""Data of one's own, from a file to answers: checked, trained, judged, used."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from engine.cli.main import main
from tests.data.readers.bad_files import wav

RANDOM = np.random.default_rng(1)


def last_json(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def table(folder):
    rows = []
    for n in range(120):
        kind = n % 3
        x = RANDOM.normal(kind * 3)
        rows.append([f"{x:.3f}", "" if n % 11 == 0 else f"{RANDOM.normal():.3f}",
                     "uvw"[kind] if n % 5 else "u", ["a", "b", "c"][kind]])  # fmt: skip
    with (folder / "people.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["x", "noise", "town", "species"], *rows])
    return "people.csv", {}, "features", "label", 3


def images(folder):
    for kind, label in enumerate(["cat", "dog"]):
        (folder / "pets" / label).mkdir(parents=True)
        for n in range(20):
            pixels = RANDOM.integers(0, 90, (8, 8)).astype(np.uint8)
            pixels[kind * 4 : kind * 4 + 4] += 150
            Image.fromarray(pixels, "L").save(folder / "pets" / label / f"{n}.png")
    return "pets", {}, "image", "label", 2


def sounds(folder):
    for kind, label in enumerate(["high", "low"]):
        (folder / "tones" / label).mkdir(parents=True)
        for n in range(20):
            wave = np.sin(np.arange(400) * (0.9 - 0.6 * kind) + n) * 9000
            path = folder / "tones" / label / f"{n}.wav"
            path.write_bytes(wav(wave.astype("<i2")))
    return "tones", {}, "signal", "label", 2


def text(folder):
    (folder / "tale.txt").write_text("the cat sat on the mat and the dog\n" * 60)
    return "tale.txt", {"context": 8}, "tokens", "next", 15


def series(folder):
    rows = "".join(f"{2000 + n},{np.sin(n / 3):.4f}\n" for n in range(90))
    (folder / "waves.csv").write_text("year,height\n" + rows)
    return "waves.csv", {"context": 6}, "window", "next", 1


KINDS = [table, images, sounds, text, series]


def project(folder, path, params, ports, width):
    """Write a project by hand: the least that names a file."""
    read, told = ports
    loss = "mse" if width == 1 else "cross_entropy"
    first = {"id": "first", "type": "flatten"}
    if read == "tokens":
        first = {"id": "first", "type": "embedding"}
    nodes = [
        {"id": "data", "type": "data",
         "params": {"source": "file", "path": path, **params}},
        first,
        {"id": "head", "type": "linear", "params": {"out_features": width}},
        {"id": "loss", "type": loss},
    ]  # fmt: skip
    edges = [[f"data.{read}", "first.input"], ["first.out", "head.input"],
             ["head.out", "loss.input"], [f"data.{told}", "loss.target"]]  # fmt: skip
    if read == "features":
        nodes.remove(first)
        edges[:2] = [["data.features", "head.input"]]
    record = {"format": "backprop-workbench", "version": 1, "name": "own",
              "graph": {"nodes": nodes, "edges": edges}}  # fmt: skip
    (folder / "own.bpw").write_text(json.dumps(record))
    return str(folder / "own.bpw")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_file_becomes_a_trained_network_and_answers(tmp_path, capsys, kind):
    path, params, read, told, width = kind(tmp_path)
    assert main(["data", str(tmp_path / path), "--json"]) == 0
    described = last_json(capsys)
    assert {port["name"] for port in described["ports"]} == {read, told}
    file = project(tmp_path, path, params, (read, told), width)
    assert main(["check", file, "--json"]) == 0, capsys.readouterr().out
    assert last_json(capsys)["ok"]
    run, out = str(tmp_path / "run"), tmp_path / "out.csv"
    words = ["--steps", "30", "--device", "cpu", "--threads", "1", "--out", run]
    assert main(["train", file, *words, "--json"]) == 0
    assert last_json(capsys)["steps"] == 30
    frozen = json.loads((tmp_path / "run" / "run.json").read_text())
    node = json.loads(frozen["document"])["graph"]["nodes"][0]["params"]
    assert node["sha256"] == described["sha256"]
    assert main(["evaluate", run, "--json"]) == 0
    assert last_json(capsys)
    assert main(["predict", run, str(tmp_path / path), "--out", str(out)]) == 0
    with out.open(newline="") as written:
        answers = list(csv.reader(written))
    assert len(answers) > 10
    assert all(len(row) == len(answers[0]) for row in answers)


def test_missing_and_changed_data_is_one_problem_at_the_node(tmp_path, capsys):
    path, params, read, told, width = table(tmp_path)
    main(["data", str(tmp_path / path), "--project", str(tmp_path / "found.bpw")])
    found = json.loads((tmp_path / "found.bpw").read_text())
    params = found["graph"]["nodes"][0]["params"]
    assert params.pop("path") == "people.csv"  # counted from the project
    params.pop("source")
    file = project(tmp_path, path, params, (read, told), width)
    assert main(["check", file]) == 0
    (tmp_path / path).write_text((tmp_path / path).read_text() + "1,2,u,a\n")
    for change, words in [("", "content has changed"), ("gone", "can't be read")]:
        if change:
            (tmp_path / path).unlink()
        capsys.readouterr()
        assert main(["check", file, "--json"]) == 1
        problems = last_json(capsys)["problems"]
        assert [p["node"] for p in problems if words in p["text"]] == ["data"]
        assert len([p for p in problems if p["severity"] == "error"]) == 1
        assert main(["train", file, "--out", str(tmp_path / "run")]) == 2
        assert words in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_data_outside_the_folder_is_asked_for(tmp_path, capsys):
    (tmp_path / "far").mkdir()
    (tmp_path / "near").mkdir()
    _, params, read, told, width = table(tmp_path / "far")
    file = project(tmp_path / "near", "../far/people.csv", params, (read, told), width)
    assert main(["check", file]) == 1
    assert "outside the project's folder and was not read" in capsys.readouterr().out
    assert main(["train", file, "--out", str(tmp_path / "run")]) == 2
    assert "--allow-paths" in capsys.readouterr().err
    assert main(["check", file, "--allow-paths"]) == 0


def test_what_a_file_is_can_be_read_and_changed(tmp_path, capsys):
    table(tmp_path)
    path = str(tmp_path / "people.csv")
    assert main(["data", path]) == 0
    said = capsys.readouterr().out
    assert "species" in said
    assert "120 rows" in said
    assert main(["data", path, "--target", "town", "--role", "noise=ignore", "--kind",
                 "x=category", "--set", "separator=comma", "--json"]) == 0  # fmt: skip
    found = {column["name"]: column for column in last_json(capsys)["columns"]}
    assert found["town"]["role"] == "target"
    assert found["noise"]["role"] == "ignore"
    assert found["x"]["kind"] == "category"
    assert main(["data", path, "--set", "separator=dash"]) == 2
    assert "Separator" in capsys.readouterr().err
    assert main(["data", path, "--role", "nothing"]) == 2
