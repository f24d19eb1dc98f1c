"""WAV: sound as numbers, 8 to 32 bits or real numbers, any number of channels.

Axes: C channels, T samples of time.

Source: IBM & Microsoft, "Multimedia programming interface and data specifications 1.0",
1991 (RIFF); Microsoft, "Multiple channel audio data and WAVE files", 2001
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
)
from engine.files import read_regular
from engine.i18n import tr
from engine.layers.spec import Params

ENDINGS = frozenset((".wav", ".wave"))
OTHERS = frozenset((".flac", ".ogg", ".mp3", ".aif", ".aiff", ".opus"))
"""Read where the extra `audio` is installed."""
MOST_BYTES = 2**28
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_MOST_CHANNELS = 64
_MOST_RATE = 768_000


@dataclass(frozen=True)
class Sound:
    """A sound.

    Args:
        values_CT: float32, −1 to 1.
        rate: Samples per second.
        bits: Of each sample in the file.
    """

    values_CT: Array
    rate: int
    bits: int

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return float(self.values_CT.shape[1] / self.rate)


def decoded(content: bytes, place: Place) -> Sound:
    """Return the sound in a file.

    Raises:
        DataError: When it is none, is damaged, or packed in a way that isn't read.

    Shape:
        bytes → C×T
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return _by_library(content, place)
    fmt, data = _chunks(content, place)
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", fmt[:16])
    if kind == _EXTENSIBLE and len(fmt) >= 26:
        kind = struct.unpack("<H", fmt[24:26])[0]
    if not (0 < channels <= _MOST_CHANNELS and 0 < rate <= _MOST_RATE):
        raise place.refuse(
            tr("The head of this sound is damaged"),
            expected=tr("1 to {n} channels at up to {rate} Hz", n=_MOST_CHANNELS,
                        rate=_MOST_RATE),
            got=tr("{n:channel|channels} at {rate} Hz", n=channels, rate=rate),
        )  # fmt: skip
    samples = _samples(kind, bits, data, place)
    whole = len(samples) // channels * channels
    if not whole:
        raise place.refuse(tr("The sound is empty"))
    values_CT = samples[:whole].reshape(-1, channels).T
    if not np.isfinite(values_CT).all():
        bad = int(np.argwhere(~np.isfinite(values_CT))[0][1])
        raise Place(place.path, bad + 1).refuse(
            tr("The sound has values that are no numbers"),
            expected=tr("finite numbers"),
        )
    return Sound(np.ascontiguousarray(values_CT), rate, bits)


def _chunks(content: bytes, place: Place) -> tuple[bytes, bytes]:
    """Return what stands in the two pieces of a file that count."""
    found: dict[bytes, bytes] = {}
    start = 12
    while start + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[start : start + 8])
        end = start + 8 + size
        # Writers that stream leave a size of 0 or of all ones behind.
        is_open = name == b"data" and size in {0, 0xFFFFFFFF}
        if is_open:
            end = len(content)
        elif name in {b"data", b"fmt "} and end > len(content):
            raise place.refuse(
                tr("The sound ends before it should"),
                expected=tr("{n:byte|bytes}", n=f"{size:,}"),
                got=tr("{n:byte|bytes}", n=f"{len(content) - start - 8:,}"),
                fix=tr("Fetch it again, or take it out of the folder."),
            )
        found.setdefault(name, content[start + 8 : end])
        start = end + size % 2 * (not is_open)
    if b"data" not in found or len(found.get(b"fmt ", b"")) < 16:
        raise place.refuse(tr("The head of this sound is damaged"))
    return found[b"fmt "], found[b"data"]


def _samples(kind: int, bits: int, data: bytes, place: Place) -> Array:
    """Return all samples, −1 to 1, channels in turn."""
    whole = data[: len(data) // (bits // 8) * (bits // 8)] if bits >= 8 else b""
    if kind == _FLOAT and bits in {32, 64}:
        return np.frombuffer(whole, f"<f{bits // 8}").astype(np.float32)
    if kind == _PCM and bits == 8:
        levels: Array = (np.frombuffer(whole, np.uint8).astype(np.float32) - 128) / 128
        return levels
    if kind == _PCM and bits == 24:
        bytes_N3 = np.frombuffer(whole, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(bytes_N3), 4), np.uint8)
        wide[:, 1:] = bytes_N3
        deep: Array = (wide.view("<i4")[:, 0] / 2**31).astype(np.float32)
        return deep
    if kind == _PCM and bits in {16, 32}:
        plain: Array = np.frombuffer(whole, f"<i{bits // 8}") / 2.0 ** (bits - 1)
        return plain.astype(np.float32)
    raise place.refuse(
        tr("The sound is packed in a way that isn't read"),
        expected=tr("PCM with 8, 16, 24 or 32 bits, or real numbers"),
        got=tr("format {n}, {bits} bits", n=kind, bits=bits),
        fix=tr("Save it as a WAV with 16 bits."),
    )


def _by_library(content: bytes, place: Place) -> Sound:
    """Return a sound of another kind, where the library for it is installed."""
    if place.path.suffix.lower() in ENDINGS:
        raise place.refuse(
            tr("This is no WAV file"), expected="RIFF … WAVE", got=content[:4].hex()
        )
    try:
        import soundfile  # noqa: PLC0415 - an extra
    except (ImportError, OSError) as error:
        raise place.refuse(
            tr("Reading this kind of sound needs the extra “audio”"),
            fix=tr("Install it: pip install \"backprop-workbench[audio]\" — or save "
                   "the sounds as WAV."),
        ) from error  # fmt: skip
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.frames * file.channels * 4 > MOST_BYTES:
                raise place.refuse(
                    tr("The sound is too long"),
                    expected=tr("at most {n} MB", n=MOST_BYTES // 2**20),
                )
            values_TC = file.read(dtype="float32", always_2d=True)
            return Sound(np.ascontiguousarray(values_TC.T), file.samplerate, 0)
    except (RuntimeError, ValueError, TypeError) as error:
        raise place.refuse(tr("The sound is damaged"), got=str(error)) from error


def resampled(values_CT: Array, rate: int, wanted: int) -> Array:
    """Return a sound at another rate: nothing above half of it is left.

    Shape:
        C×T → C×(T · wanted / rate, rounded)
    """
    if rate == wanted:
        return values_CT
    length = values_CT.shape[1]
    # The Fourier transform takes a sound for a circle: silence keeps its end from
    # its beginning.
    silence = min(length, max(rate // 50, 16))
    padded = np.pad(values_CT, ((0, 0), (0, silence)))
    whole = padded.shape[1]
    count = max(1, round(whole * wanted / rate))
    spectrum_CF = np.fft.rfft(padded.astype(np.float64))
    made_CT = np.fft.irfft(spectrum_CF[:, : count // 2 + 1], count) * (count / whole)
    kept = max(1, round(length * wanted / rate))
    cut_CT: Array = made_CT[:, :kept].astype(np.float32)
    return cut_CT


@dataclass(frozen=True)
class _Wave:
    """A single sound as a series: one row for each sample."""

    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    values_CT: Array

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all samples."""
        count = self.values_CT.shape[1]
        for start in range(0, count, rows):
            part = self.values_CT[:, start : start + rows].astype(np.float64)
            arrays = {c.name: part[n] for n, c in enumerate(self.columns)}
            yield Batch(arrays, start + 1, min(1.0, (start + rows) / count))


def _open(path: Path, _params: Params, _kinds: Kinds) -> _Wave:
    try:
        content = read_regular(path, MOST_BYTES)
    except OSError as error:
        raise Place(path).refuse(
            tr("The file can't be read"), got=error.strerror
        ) from error
    sound = decoded(content, Place(path))
    count = len(sound.values_CT)
    names = ["sound"] if count == 1 else [f"channel {n + 1}" for n in range(count)]
    columns = tuple(Column(name, "number") for name in names)
    told = (
        Told(tr("rate"), f"{sound.rate} Hz"),
        Told(tr("length"), f"{sound.seconds:.2f} s"),
    )
    return _Wave(columns, told, sound.values_CT)


READER = Reader(
    id="wav",
    title="Sound as a series (.wav)",
    suffixes=(".wav",),
    recognises=lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE",
    open=_open,
    is_sure=lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE",
)
