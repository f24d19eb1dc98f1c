"""`evaluate`: how good a run is on what it never saw, in words, numbers and a page."""

from argparse import Namespace
from pathlib import Path

from engine.cli.output import write, write_json
from engine.evaluate import page, record, words
from engine.evaluate.subject import Subject, compare
from engine.files import atomic_write
from engine.i18n import tr


def evaluate(options: Namespace) -> int:
    """Judge a run, and say how it stands against another one."""
    data = Path(options.data) if options.data else None
    subject = Subject(Path(options.project), options.from_step, data=data)
    report = subject.report()
    other = Subject(Path(options.against), data=data) if options.against else None
    compared = compare(subject, other) if other else ()
    if options.html:
        atomic_write(Path(options.html), page.of(report, compared))
    if options.json:
        write_json(record.of(report, compared))
        return 0
    write(words.head(report))
    for line in words.scores(report):
        write(f"  {line}")
    for judged in report.judged:
        write(f"{judged.title}:")
        for line in words.of(judged):
            write(f"  {line}")
    for each in compared:
        write(words.of_comparison(each))
    if options.html:
        write(tr("The report is in {path}", path=options.html))
    return 0
