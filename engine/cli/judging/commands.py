"""The commands about finished runs; each loads torch only when it is called."""

from argparse import Namespace


def evaluate(options: Namespace) -> int:
    """Say how good a run is on what it never saw."""
    from engine.cli.judging.evaluating import evaluate as run  # loads torch

    return run(options)


def predict(options: Namespace) -> int:
    """Write the answers of a run for the rows of a file."""
    from engine.cli.judging.predicting import predict as run  # loads torch

    return run(options)


def retrain(options: Namespace) -> int:
    """Train a run again on new data."""
    from engine.cli.judging.retraining import again as run  # loads torch

    return run(options)


def labels(options: Namespace) -> int:
    """List labels that are probably wrong."""
    from engine.cli.judging.labelling import labels as run  # loads torch

    return run(options)


def try_(options: Namespace) -> int:
    """Answer samples that come line by line."""
    from engine.cli.judging.trying import try_ as run  # loads torch

    return run(options)
