"""What the settings of a closed section come to, in a few words. No widgets."""

from collections.abc import Iterable, Mapping

from engine.graph.options import PHASE_PARAMS, SCHEDULES, TRAINING_PARAMS
from engine.graph.settings import Choice, Phase, Training
from engine.i18n import tr
from engine.layers.spec import Param, Value
from workbench.inspector import values


def schedule(choice: Choice) -> str:
    """Return its kind, and its warm-up where it has one: `cosine, warm-up 80`."""
    short = {
        "constant": tr("constant"),
        "step": tr("in steps"),
        "cosine": tr("cosine"),
        "one_cycle": tr("one cycle"),
        "plateau": tr("on a plateau"),
    }
    words = short.get(choice.type, tr(SCHEDULES[choice.type].title))
    warmup = choice.complete(SCHEDULES).get("warmup")
    if not isinstance(warmup, int) or not warmup:
        return words
    return tr("{kind}, warm-up {n}", kind=words, n=warmup)


def when(phase: Phase) -> str:
    """Return in which steps a phase runs, and how often in each."""
    parts = []
    every, times = phase.value("every"), phase.value("times")
    first, last = phase.value("first"), phase.value("last")
    if isinstance(every, int) and every > 1:
        parts.append(tr("every {n:step|steps}", n=every))
    if isinstance(times, int) and times > 1:
        parts.append(tr("{n:update|updates} a step", n=times))
    if isinstance(last, int):
        parts.append(tr("steps {first} to {last}", first=first, last=last))
    elif isinstance(first, int) and first > 1:
        parts.append(tr("from step {first}", first=first))
    return ", ".join(parts) or tr("every step")


def of_phase(phase: Phase, names: Iterable[str]) -> str:
    """Return what is set of these settings of a phase."""
    return _changed(PHASE_PARAMS, names, phase.params)


def of_run(training: Training, names: Iterable[str]) -> str:
    """Return what is set of these settings of the run."""
    return _changed(TRAINING_PARAMS, names, training.params)


def _changed(
    table: Mapping[str, Param], names: Iterable[str], found: Mapping[str, Value]
) -> str:
    parts = [
        _part(table[name], found[name])
        for name in names
        if name in found and found[name] != table[name].default
    ]
    return ", ".join(parts) or tr("off")


def _part(param: Param, value: Value) -> str:
    label = tr(param.label)
    return label if value is True else f"{label} {values.to_text(param, value)}"
