"""Signals of four shapes with random phase, frequency and amplitude.

N signals, T samples of time.
"""

import numpy as np

PERIODS = (2.0, 5.0)
AMPLITUDE = (0.5, 1.5)
CHIRP_GROWTH = 3.0
"""How many times faster a chirp is at its end than at its start."""


def waveforms(kind: np.ndarray, length: int, random: np.random.Generator) -> np.ndarray:
    """Return clean signals.

    Args:
        kind: N numbers: 0 sine, 1 square, 2 saw, 3 chirp.
        length: T, samples of time.
        random: Source of frequency, amplitude and phase, in this order.

    Shape:
        N → N×T
    """
    count = len(kind)
    periods_N = _between(PERIODS, random.random(count))
    amplitude_N = _between(AMPLITUDE, random.random(count))
    start_N = random.random(count)
    time_T = np.arange(length) / length
    turns_NT = np.where(
        kind[:, np.newaxis] == 3,
        chirp_turns(periods_N, time_T),
        periods_N[:, np.newaxis] * time_T,
    )
    phase_NT = (turns_NT + start_N[:, np.newaxis]) % 1.0
    shapes = [shape(phase_NT) for shape in (_sine, _square, _saw, _sine)]
    unit_NT = np.choose(kind[:, np.newaxis], shapes)
    wave_NT: np.ndarray = amplitude_N[:, np.newaxis] * unit_NT
    return wave_NT


def chirp_turns(periods_N: np.ndarray, time_T: np.ndarray) -> np.ndarray:
    """Return the turns made by each time: the frequency grows linearly.

    Its mean over the signal is `periods_N`, so that counting periods gives no hint.
    """
    first_N = 2 * periods_N / (1 + CHIRP_GROWTH)
    slope_N = first_N * (CHIRP_GROWTH - 1)
    return np.outer(first_N, time_T) + np.outer(slope_N, time_T**2) / 2


def _between(limits: tuple[float, float], share: np.ndarray) -> np.ndarray:
    return limits[0] + (limits[1] - limits[0]) * share


def _sine(phase: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * phase)


def _square(phase: np.ndarray) -> np.ndarray:
    return np.where(phase < 0.5, 1.0, -1.0)


def _saw(phase: np.ndarray) -> np.ndarray:
    return 2 * phase - 1
