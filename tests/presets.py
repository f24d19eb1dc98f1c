"""`python -m tests.presets [NAME …] --seeds 3 [--json]`: do presets keep their promise?

Trains every preset from each seed through the command line and compares the worst
result with its target: scores are the promise, times are for planning. A preset that
is broken on purpose must be told by its fault, and not any more once cured. Results are
remembered by the hash of everything that makes them, so an interrupted or repeated
call trains only what is missing.
"""

import argparse
import getpass
import hashlib
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import presets
from engine import files
from engine.graph.presets import preset_fix
from tests.helpers import generated

ROOT = Path(__file__).parents[1]
_SOURCES = ("engine/**/*.py", "assets/data/*.npz", "assets/data/*.npy")


def main() -> int:
    options = _options()
    names = options.names or [info.id for info in presets.all_presets()]
    wanted = [info for info in presets.all_presets() if info.id in names]
    cache = Cache(options.fresh)
    rows = []
    with ThreadPoolExecutor(options.jobs) as pool:
        tasks = {
            info.id: [
                pool.submit(_result, info, seed, options.threads, cache)
                for seed in range(options.seeds)
            ]
            for info in wanted
        }
        for info in wanted:
            rows.append(judge(info, [task.result() for task in tasks[info.id]]))
            if not options.json:
                _print_row(rows[-1])
    if options.json:
        print(json.dumps({"presets": rows, "ok": all(row["met"] for row in rows)}))
    return 0 if all(row["met"] for row in rows) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.presets")
    known = [info.id for info in presets.all_presets()]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--seeds", type=int, default=3, metavar="N")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument("--threads", type=int, metavar="N", help="of each training")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no preset {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def _result(
    info: presets.PresetInfo, seed: int, threads: int | None, cache: "Cache"
) -> dict:
    """Return what training from one seed gave, and the same of its cure."""
    result = cache.get(info.id, seed)
    if result is not None:
        return result
    extra = presets.load(info.id).extra["preset"]
    targets = [target.metric for target in (info.target, *_also(info))]
    more = ["--threads", str(threads)] if threads else []
    result = _train(info.id, seed, targets, more)
    if cure := extra.get("cure"):
        cured = presets.Target(**cure["target"])
        changes = [word for change in cure["set"] for word in ("--set", change)]
        healthy = _train(info.id, seed, [cured.metric], [*more, *changes])
        found = healthy["validation"].get(cured.metric)
        result["cured"] = found
        result["cured_met"] = found is not None and cured.met(found)
        result["cured_findings"] = healthy["findings"]
    cache.put(info.id, seed, result)
    return result


def _also(info: presets.PresetInfo) -> list[presets.Target]:
    """Return the targets beside the first."""
    records = presets.load(info.id).extra["preset"].get("also", ())
    return [presets.Target(**record) for record in records]


def judge(info: presets.PresetInfo, results: list[dict]) -> dict:
    """Return one row of the table: the worst of the seeds counts."""
    values = [result["validation"].get(info.target.metric) for result in results]
    seconds = max(result["seconds"] for result in results)
    numbers = [float("nan") if value is None else value for value in values]
    met = all(info.target.met(number) for number in numbers)
    for target in _also(info):
        found = [result["validation"].get(target.metric) for result in results]
        met = met and all(value is not None and target.met(value) for value in found)
    met = met and all(result.get("cured_met", True) for result in results)
    fault = preset_fix.fault_of(presets.load(info.id))
    named = [_faults(result, "findings") for result in results]
    after = [_faults(result, "cured_findings") for result in results]
    if fault:
        met = met and all(faults[:1] == [fault] for faults in named)
        met = met and not any(fault in faults for faults in after)
    return {
        "preset": info.id,
        "target": info.target.text,
        "worst": info.target.worst(numbers),
        "values": values,
        "cured": [result["cured"] for result in results if "cured" in result],
        "fault": fault,
        "diagnoses": named,
        "diagnoses_cured": after,
        "seconds": seconds,
        "minutes": info.minutes,
        "met": met,
    }


def _faults(result: dict, name: str) -> list[str]:
    return [finding["fault"] for finding in result.get(name, ())]


def _diagnosed(row: dict) -> str:
    """Return what the diagnosis said, for a preset with a fault or a false alarm."""
    firsts = {faults[0] if faults else "–" for faults in row["diagnoses"]}
    if not row["fault"]:
        return "" if firsts <= {"–"} else f"  diagnosis {', '.join(sorted(firsts))}"
    rest = {fault for faults in row["diagnoses_cured"] for fault in faults}
    cured = f"{min(row['cured']):.4f}" if None not in row["cured"] else "–"
    words = f"  diagnosis {', '.join(sorted(firsts))}; cured {cured}"
    return f"{words}, then {', '.join(sorted(rest)) or 'none'}"


def _print_row(row: dict) -> None:
    slow = row["seconds"] > 60 * row["minutes"]
    word = ("slow" if slow else "ok") if row["met"] else "MISSED"
    print(
        f"{row['preset']:<15} {row['target']:<48} worst {row['worst']:<8.4f} "
        f"{row['seconds']:6.1f} s of {60 * row['minutes']:.0f} s  {word}"
        f"{_diagnosed(row)}",
        flush=True,
    )


def _train(name: str, seed: int, metrics: list[str], words: list[str]) -> dict:
    """Train once in a process of its own and return its last line."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        done = subprocess.run(
            [sys.executable, "-m", "engine", "train", name, "--seed", str(seed),
             "--json", "--out", str(run), *words],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not done.stdout.strip():
            sys.exit(f"{name}, seed {seed}: {done.stderr.strip()}")
        result = json.loads(done.stdout.splitlines()[-1])
        if result["state"] == "diverged":
            return result | {"validation": generated.diverged(run)["validation"]}
        result["validation"] |= generated.scores(run, metrics)
    return result


class Cache:
    """Results by preset, seed and everything that could change them."""

    def __init__(self, fresh: bool) -> None:
        folder = Path(tempfile.gettempdir()) / f"backprop-workbench-{getpass.getuser()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / "presets.json"
        self._sources = _digest(
            sorted(path for pattern in _SOURCES for path in ROOT.glob(pattern))
        )
        self._lock = Lock()
        self._results = {} if fresh else self._read()

    def _read(self) -> dict:
        try:
            return json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    def _key(self, name: str, seed: int) -> str:
        return f"{name} {seed} {_digest([presets.path(name)])} {self._sources}"

    def get(self, name: str, seed: int) -> dict | None:
        return self._results.get(self._key(name, seed))

    def put(self, name: str, seed: int, result: dict) -> None:
        with self._lock:
            self._results[self._key(name, seed)] = result
            kept = json.dumps(self._read() | self._results)
            files.atomic_write(self._path, kept)


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
