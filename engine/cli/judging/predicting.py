"""`predict`: the answers of a run for the rows of a file."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.cli.output import write, write_json
from engine.evaluate.prediction import Predictor
from engine.evaluate.subject import Subject
from engine.i18n import tr


def predict(options: Namespace) -> int:
    """Answer every row of a file and write the answers as CSV."""
    subject = Subject(Path(options.project), options.from_step, blank=True)
    predictor = Predictor(subject, options.node)
    found = predictor.predict(Path(options.input), Path(options.out))
    if options.json:
        write_json({**asdict(found), "path": options.out, "step": subject.step})
        return 0
    write(tr("{path}: {n:row|rows} answered by step {step}",
             path=options.out, n=f"{found.rows - found.unanswered:,}",
             step=subject.step))  # fmt: skip
    if found.unanswered:
        write(
            tr(
                "{n:row has|rows have} missing values and no answer",
                n=f"{found.unanswered:,}",
            )
        )
    return 0
