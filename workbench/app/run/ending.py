"""In words: how a run has ended, how good it is, whether that is its goal."""

import math

from engine.graph.compare import score as goals
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.baselines import TOTAL
from workbench.app.bars.finish_bar import Finish
from workbench.app.run import dates
from workbench.canvas.cards import labels
from workbench.session.curves.history import History
from workbench.session.past import before
from workbench.theme import text


def of_run(
    history: History, project: Project, kind: str, last: before.Ended | None = None
) -> Finish:
    """Return what is said of a run that has just ended.

    Args:
        history: What it told.
        project: That it trained.
        kind: As of `Outcome`.
        last: The run before it, to compare with.
    """
    title = {
        "early": tr("Stopped early"),
        "stopped": tr("Stopped"),
    }.get(kind, tr("Finished"))
    result, goal, is_good = _result(history, project)
    if result:
        title = f"{title}: {result}"
    change, is_other = "", False
    if result and last is not None:
        title = tr("{title}, {value} before", title=title, value=last.figure)
        change, is_other = before.told(last, project)
    took = text.duration(history.trained_s) if history.trained_s >= 1 else ""
    length = f"{_length(history)}{f', {took}' if took else ''}"
    parts = [change, goal, _best(history), length]
    return Finish(title, _joined(parts), is_good, has_before=is_other)


def ended(history: History, document: str) -> before.Ended:
    """Return what is kept of a run that has just ended.

    Args:
        history: What it told.
        document: Text of the project that it trained.
    """
    project = serialize.loads(document)
    values = history.result.values if history.result else {}
    found = goals.score(project, values)
    figure = _figure(project, found.name, values[found.name]) if found else ""
    result, _, _ = _result(history, project)
    name = found.name if found else ""
    return before.Ended(document, project.name, name, result, figure)


def of_past(history: History, project: Project, state: str, created: str) -> Finish:
    """Return what is said of a run that was made before and is only shown.

    Args:
        history: What it has recorded.
        project: That it trained.
        state: Of its folder.
        created: When it began, ISO 8601, or nothing.
    """
    ended = {
        "early": tr("stopped early"),
        "stopped": tr("stopped"),
        "diverged": tr("diverged"),
        "failed": tr("failed"),
    }.get(state, tr("finished"))
    when = dates.said_whole(created)
    run = tr("Run of {date}", date=when) if when else tr("A run made before")
    result, goal, is_good = _result(history, project)
    title = ", ".join(filter(None, (run, ended, tr("read-only"))))
    note = tr("an edit starts a branch")
    parts = [result, goal, _length(history), note]
    return Finish(title, _joined(parts), is_good, is_past=True)


def _joined(parts: list[str]) -> str:
    """Return facts on one line; none begins a line with the dot before it."""
    return "\u00a0\u00a0· ".join(filter(None, parts))


def _result(history: History, project: Project) -> tuple[str, str, bool]:
    """Return the result, its goal, and whether that is reached.

    Without a goal, the lazy answer is what must be beaten.
    """
    values = history.result.values if history.result else {}
    target = goals.target(project)
    titles = {**history.names.metrics, TOTAL: tr("Loss"), **history.names.losses}
    found = goals.score(project, values)
    if found is None:
        return "", "", True
    name = found.name
    result = f"{titles.get(name, name)} {_figure(project, name, values[name])}"
    if target is None or name != target.metric:
        known = history.baselines.get(name)
        if known is None:
            return result, "", True
        lazy = f"{known.words}: {_figure(project, name, known.value)}"
        is_beaten = known.is_beaten_by(values[name])
        return result, lazy if is_beaten else _in_vain(lazy), is_beaten
    is_met = target.met(values[name])
    words = tr("goal reached") if is_met else tr("goal not reached yet")
    return result, f"{words}: {tr(target.text)}", is_met


def _in_vain(lazy: str) -> str:
    return tr("no better than an answer without a network – {answer}", answer=lazy)


def _figure(project: Project, name: str, value: float) -> str:
    """Return a value as the card of its node shows it."""
    node = project.graph.nodes.get(name)
    return labels.value(value, node.type if node else "")


def _best(history: History) -> str:
    """Return the lowest validation loss and its step, where that isn't the last."""
    told = history.evaluations
    known = [e for e in told if math.isfinite(e.values.get(TOTAL, math.nan))]
    if not known:
        return ""
    best = min(known, key=lambda each: each.values[TOTAL])
    value, step = labels.value(best.values[TOTAL], ""), text.count(best.step)
    return tr("best validation loss {value} at step {step}", value=value, step=step)


def _length(history: History) -> str:
    steps = tr("{n:step|steps}", n=text.count(history.step))
    per_epoch = history.run.steps_per_epoch if history.run else 0
    if not per_epoch or history.step % per_epoch:
        return steps
    return f"{steps}, {tr('{n:epoch|epochs}', n=history.step // per_epoch)}"
