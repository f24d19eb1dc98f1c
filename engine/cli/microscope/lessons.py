"""`lessons`: what there is to learn, and a lesson in the terminal."""

import sys
from argparse import Namespace

from engine.cli import projects
from engine.cli.output import write, write_json
from engine.errors import ConfigError, did_you_mean
from engine.explain.lessons.answers import truths
from engine.graph import settings_text
from engine.graph.files import serialize
from engine.i18n import tr
from engine.lessons import judging, library
from engine.lessons.lesson import Lesson, Step
from engine.protocol.lessons import Truth


def lessons(options: Namespace) -> int:
    """List the lessons, or play one; 1 when it was left before its end."""
    known = {lesson.id: lesson for lesson in library.all_lessons()}
    if not options.lesson:
        _list(list(known.values()), as_json=options.json)
        return 0
    wanted = options.lesson
    if wanted.isdecimal():  # its number is enough
        start = f"{int(wanted):02}-"
        wanted = next((id_ for id_ in known if id_.startswith(start)), wanted)
    if wanted not in known:
        raise ConfigError(
            tr("There is no such lesson"),
            expected=", ".join(known),
            got=options.lesson,
            fix=did_you_mean(options.lesson, list(known)),
        )
    return _play(known[wanted])


def _list(known: list[Lesson], *, as_json: bool) -> None:
    if as_json:
        names = ("id", "title", "goal", "minutes", "preset")
        records = [{name: getattr(each, name) for name in names} for each in known]
        write_json({"lessons": records})
        return
    for lesson in known:
        minutes = tr("{minutes:g} min", minutes=lesson.minutes)
        write(f"{lesson.id:<15} {minutes:>7}  {lesson.title}: {lesson.goal}")


def _play(lesson: Lesson) -> int:
    project = projects.find(lesson.preset)
    settings_text.assign(project, lesson.settings)
    document = serialize.dumps(project)
    write(f"{lesson.title}: {lesson.goal}")
    for index, step in enumerate(lesson.steps, start=1):
        found = truths(document, step.questions).answers if step.questions else ()
        numbers = dict(zip(step.numbers, found, strict=False))
        text = judging.filled(step.text, numbers).replace("**", "")
        write(f"\n{index}/{len(lesson.steps)}  {text}")
        if not _passed(step, found[-1] if step.question else None):
            return 1
    return 0


def _passed(step: Step, truth: Truth | None) -> bool:
    """Ask until the answer is right; False at the end of the input."""
    if step.kind == "do":
        write(tr("(In the window: start page or Help menu, Lessons.)"))
    if step.kind not in {"choose", "number"}:
        return True
    for number, choice in enumerate(step.choices, start=1):
        write(f"  {number}  {choice.text}")
    for wrong, line in enumerate(sys.stdin):
        answer = line.strip()
        if step.choices and answer.isdigit() and 0 < int(answer) <= len(step.choices):
            answer = step.choices[int(answer) - 1].id
        verdict = judging.judged(step, answer, truth, wrong)
        write(verdict.words)
        if verdict.is_right:
            return True
    return False
