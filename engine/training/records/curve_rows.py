"""The rows of the curves: numbers as they are stored, and read back with mistrust.

What is not exactly what we write is a `ValueError`, whatever it is.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import HISTOGRAM_BINS
from engine.protocol.messages import Evaluation, LayerSample

Row = tuple[Any, ...]
_MOST_LAYERS = 20_000
_MOST_PHASES = 64
_MOST_SAMPLE_BYTES = 512 * 2**20
"""Of all samples together; of longer runs every second, third … one is read."""
_LARGEST = 2**53
_ODD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
_ODD_TOO = (RecursionError, MemoryError, zlib.error)
ODD = (*_ODD, *_ODD_TOO)
"""What reading a row that we did not write may raise."""
_COLUMNS = ("grad_norm", "weight_norm", "update_ratio", "grad_zeros", "grad_nonfinite")


def check(table: str, row: Row, last: int) -> None:
    """Refuse a row that we did not write, or that goes back.

    Args:
        table: Where it stands.
        row: As it stands there.
        last: What `last_step` says of the sound row before; −1 without one.
    """
    _check_whole(row[0], last + 1)
    if table == "steps":
        _check_whole(row[0], 1)
        _check_whole(row[1], 1)
        _table(*row[1:])
    elif table == "evaluations":
        unpacked_evaluation(row)
    else:
        _check_sample(*row)


def last_step(table: str, row: Row) -> int:
    """Return the last step of a sound row."""
    return int(row[0] + row[1] - 1 if table == "steps" else row[0])


def packed_steps(steps: Ints, losses: Floats, rates: Floats) -> Row:
    """Return the row of consecutive steps; losses and rates are (K, phases)."""
    numbers = np.concatenate([losses, rates], axis=1).tobytes()
    return int(steps[0]), len(steps), losses.shape[1], numbers


def unpacked_steps(rows: Iterable[Row]) -> tuple[Ints, Floats, Floats]:
    """Return steps (K,), losses and rates (K, phases) of rows in order."""
    steps, tables, last = [], [], 0
    for first, count, phases, blob in rows:
        _check_whole(first, last + 1)
        _check_whole(count, 1)
        table = _table(count, phases, blob)
        steps.append(np.arange(first, first + count))
        tables.append(table)
        last = first + count - 1
    if not tables:
        empty = np.zeros((0, 0))
        return np.zeros(0, dtype=np.int64), empty, empty
    losses, rates = np.split(np.concatenate(tables), 2, axis=1)
    return np.concatenate(steps), losses, rates


def cut_steps(row: Row, step: int) -> Row:
    """Return a row of steps without those after `step`."""
    first, count, phases, blob = row
    keep = min(count, step - first + 1)
    return first, keep, phases, _table(count, phases, blob)[:keep].tobytes()


def _table(count: int, phases: int, blob: object) -> Floats:
    if not isinstance(blob, bytes):
        raise TypeError(blob)
    table = np.frombuffer(blob, dtype=np.float64).reshape(count, -1)
    if type(phases) is not int or not 1 <= phases <= _MOST_PHASES:
        raise ValueError(phases)
    if table.shape[1] != 2 * phases:
        raise ValueError(table.shape)
    return table


def packed_evaluation(evaluation: Evaluation) -> Row:
    """Return the row of an evaluation."""
    return evaluation.step, json.dumps(asdict(evaluation))


def unpacked_evaluation(row: Row) -> Evaluation:
    """Return an evaluation from its row, every number as what it must be."""
    step, text = row
    record = json.loads(text)
    values, train_values = (
        {str(name): float(value) for name, value in record[part].items()}
        for part in ("values", "train_values")
    )
    epoch, best = float(record["epoch"]), bool(record["best"])
    if record["step"] != step or not 0 <= epoch < _LARGEST:
        raise ValueError(step)
    _check_whole(step, 0)
    return Evaluation(step, epoch, values, train_values, best)


def packed_sample(sample: LayerSample) -> Row:
    """Return the row of a layer sample."""
    counts = np.stack([sample.grad_histogram, sample.weight_histogram])
    numbers = np.stack([vars(sample)[name] for name in _COLUMNS])
    data = zlib.compress(counts.astype("<i4").tobytes() + numbers.tobytes(), 1)
    return sample.step, sample.phase, len(sample.grad_norm), data


def unpacked_samples(rows: Iterable[Row], apart: int = 1) -> Iterator[LayerSample]:
    """Yield layer samples of rows in order, one of `apart` each."""
    for number, row in enumerate(rows):
        if number % apart == 0:
            yield _unpacked_sample(*row)


def samples_apart(count: int, layers: object) -> int:
    """Return one of how many samples is read so that the memory holds them."""
    _check_whole(layers, 0)
    each = 2 * HISTOGRAM_BINS * 8 + len(_COLUMNS) * 8
    return 1 + count * min(int(str(layers)), _MOST_LAYERS) * each // _MOST_SAMPLE_BYTES


def _unpacked_sample(step: int, phase: int, layers: int, blob: bytes) -> LayerSample:
    _check_sample(step, phase, layers, blob)
    size = 2 * layers * HISTOGRAM_BINS * 4
    whole = size + len(_COLUMNS) * layers * 8
    data = zlib.decompressobj().decompress(blob, whole + 1)
    counts = np.frombuffer(data[:size], dtype="<i4").astype(np.int64)
    grads, weights = counts.reshape(2, layers, HISTOGRAM_BINS)
    rows = np.frombuffer(data[size:], dtype=np.float64).reshape(len(_COLUMNS), layers)
    columns = dict(zip(_COLUMNS, rows, strict=True))
    return LayerSample(
        step=step,
        phase=phase,
        grad_histogram=grads,
        weight_histogram=weights,
        **columns,
    )


def _check_sample(step: object, phase: int, layers: int, blob: object) -> None:
    _check_whole(step, 0)
    _check_whole(phase, 0)
    _check_whole(layers, 0)
    if layers > _MOST_LAYERS or phase >= _MOST_PHASES or not isinstance(blob, bytes):
        raise ValueError(layers)


def _check_whole(value: object, least: int) -> None:
    if type(value) is not int or not least <= value < _LARGEST:
        raise ValueError(value)
