"""Which steps are measured for a diagnosis: fixed by the length of a run alone.

Clocks have no say here, so that a busy machine measures the same steps as an idle one.
"""

EVENLY = 16
"""Parts of a run; the last step of each is measured."""
LOOKS = 8
"""Of these parts some are looked at more closely; see `look_due`."""


def due(step: int, total: int) -> bool:
    """Return whether a step is measured: 1, 2, 3, 4, 6, 8, 12 …, and 16 evenly.

    A run of a million steps is measured 55 times.

    Args:
        step: Its number, from 1.
        total: Steps of the run.
    """
    return _ends_part(step, total, EVENLY) or _is_power(step) or (
        step % 3 == 0 and _is_power(step // 3)
    )  # fmt: skip


def look_due(step: int, total: int) -> bool:
    """Return whether a step, one of those of `due`, may be followed by a dear look."""
    early = step >= 16 and _is_power(step) and step.bit_length() % 2 == 1
    return early or _ends_part(step, total, LOOKS)


def _ends_part(step: int, total: int, parts: int) -> bool:
    """Return whether one of so many equal parts of the run ends with this step."""
    return step * parts // max(1, total) > (step - 1) * parts // max(1, total)


def _is_power(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0
