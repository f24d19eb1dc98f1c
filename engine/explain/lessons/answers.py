"""Answers all questions of a lesson's step, on a copy of the document."""

from collections.abc import Sequence

import torch

from engine.errors import ConfigError
from engine.explain.answers.copies import of_document
from engine.explain.lessons.practice import OF_TASKS
from engine.explain.lessons.truths import truth
from engine.explain.trace.held import coming
from engine.i18n import tr
from engine.protocol.lessons import Question, Truths
from engine.training.machine import rng_state


def truths(document: str, questions: Sequence[Question]) -> Truths:
    """Return what is true of the first step of a document.

    Questions that name a phase are answered while that phase is held,
    all others in the first phase that computes their node.

    Raises:
        EngineError: When it can't be trained, or hasn't what is asked about.

    Threads: one that may use torch's random numbers; they are put back.
    """
    here = torch.device("cpu")
    outside = rng_state.state(here)
    try:
        copy = of_document(document)
        rng_state.restore(copy.random, here)
        types = {node.path: node.type for node in copy.parts.program.nodes}
        left, found = dict(enumerate(questions)), {}
        for index, question in enumerate(questions):
            if question.name in OF_TASKS:
                found[index] = OF_TASKS[question.name](copy.parts, left.pop(index))
        walk = coming(copy.parts, copy.position)
        for held in walk if left else ():
            for index, question in list(left.items()):
                wanted = question.phase
                knows = not question.node or question.node in held.recording.moments
                if (wanted or held.run.name) == held.run.name and (knows or wanted):
                    found[index] = truth(held, left.pop(index), types)
            if not left:
                break
        walk.close()
    finally:
        rng_state.restore(outside, here)
    if left:
        raise ConfigError(
            tr("The network of this lesson no longer has what it asks about"),
            where=next(iter(left.values())).node,
            fix=tr("Begin the lesson again."),
        )
    return Truths(tuple(found[index] for index in range(len(questions))))
