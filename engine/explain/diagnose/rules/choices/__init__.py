"""Faults of a choice: a setting or the data, whatever the training then does."""

from engine.explain.diagnose.rules.choices import (
    answer,
    blank_input,
    dropout,
    few_samples,
    frozen,
    imbalance,
    summed,
    zero_start,
)

__all__ = [
    "answer",
    "blank_input",
    "dropout",
    "few_samples",
    "frozen",
    "imbalance",
    "summed",
    "zero_start",
]
