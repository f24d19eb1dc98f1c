"""The commands. Each takes parsed arguments and returns an exit code."""

import contextlib
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.cli import projects
from engine.cli.output import write, write_json
from engine.errors import EngineError
from engine.graph import weights
from engine.graph.model import Project
from engine.graph.presets import library as preset_files
from engine.graph.titles import full_title
from engine.i18n import tr
from engine.protocol.messages import Analysis


def presets(options: Namespace) -> int:
    """List the presets."""
    found = preset_files.read_all(projects.PRESETS)
    if options.json:
        write_json({"presets": [asdict(item) for item in found]})
        return 0
    for item in found:
        minutes = tr("{minutes:g} min", minutes=item.minutes)
        write(f"{item.id:<15} {minutes:>8}  {item.title}: {item.target.text}")
    return 0


def check(options: Namespace) -> int:
    """Say what keeps a project from training; 1 when something does."""
    project = projects.find(options.project)
    from engine.advice.analysis import Analyser
    from engine.advice.weights import sources  # loads torch
    from engine.data import catalog
    from engine.data.intake import problems
    from engine.data.own import resolving

    folder = projects.folder_of(options.project)
    held = () if options.allow_paths else weights.outside(project, folder)
    seen = weights.without(project, held, folder)
    with contextlib.suppress(EngineError):  # told with the others below
        seen = resolving.resolved(seen)
    samples = problems.samples_in(catalog.training_part, "")
    analysis = Analyser(samples).analyse(seen, folder="")
    analysis = problems.with_files(analysis, seen, "")
    analysis = sources.with_held(analysis, project, folder, held)
    if options.json:
        write_json(_as_json(analysis))
    else:
        _describe(project, analysis)
    return 0 if analysis.trainable else 1


def _as_json(analysis: Analysis) -> dict[str, object]:
    problems = [
        {
            **{name: getattr(problem, name) for name in _PROBLEM_FIELDS},
            "fixes": [fix.label for fix in problem.fixes],
        }
        for problem in analysis.problems
    ]
    return {
        "ok": analysis.trainable,
        "problems": problems,
        "nodes": {path: asdict(info) for path, info in analysis.nodes.items()},
        "parameters": analysis.parameters,
    }


_PROBLEM_FIELDS = ("severity", "node", "port", "text", "expected", "got")


def _describe(project: Project, analysis: Analysis) -> None:
    width = max(map(len, analysis.nodes), default=0)
    for path, info in analysis.nodes.items():
        shapes = ", ".join(_shape(shape) for shape in info.outputs.values())
        write(f"{path:<{width}}  {info.parameters or '':>10}  {shapes}")
    write(tr("{count:parameter|parameters}", count=analysis.parameters))
    if any(problem.kind == "outside" for problem in analysis.problems):
        write(tr("--allow-paths reads files outside the project's folder"))
    for problem in analysis.problems:
        where = f"{full_title(project, problem.node)}: " if problem.node else ""
        expected = problem.expected and f"; {tr('expected')} {problem.expected}"
        got = problem.got and f"; {tr('got')} {problem.got}"
        write(f"{problem.severity}: {where}{problem.text}{expected}{got}")


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join("N" if size < 0 else str(size) for size in shape) or "1"


def train(options: Namespace) -> int:
    """Train a project, or go on with a run."""
    from engine.cli.training import train as run  # loads torch

    return run(options)


def export(options: Namespace) -> int:
    """Write the weights of a run."""
    from engine.export import export as write_file  # loads torch
    from engine.export import of_run
    from engine.training.records import runs

    run = runs.open_run(Path(options.project), options.from_step)
    trained = of_run(run, averaged=not options.raw)
    exported = write_file(trained, options.format, Path(options.out))
    if options.json:
        write_json(asdict(exported))
    else:
        words = tr("{tensors:tensor|tensors} of step {step}", **asdict(exported))
        write(f"{exported.path}: {words}")
    return 0


def data(options: Namespace) -> int:
    """Say what a file or folder of data is and how it is read."""
    from engine.cli.describing import data as run  # loads numpy

    return run(options)


def pretrained(options: Namespace) -> int:
    """Describe a model that others have trained, or make a project of it."""
    from engine.cli.pretrained.opening import pretrained as run  # loads torch

    return run(options)


def trace(options: Namespace) -> int:
    """Write what one step does, node by node."""
    from engine.cli.microscope.tracing import trace as run  # loads torch

    return run(options)


def race(options: Namespace) -> int:
    """Let trial and error run against backpropagation."""
    from engine.cli.microscope.racing import race as run  # loads torch

    return run(options)


def lessons(options: Namespace) -> int:
    """List the lessons, or play one."""
    from engine.cli.microscope.lessons import lessons as run  # loads torch

    return run(options)
