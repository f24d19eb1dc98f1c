"""Loads any built-in set: numpy alone, the same arrays on every machine."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from weakref import WeakValueDictionary

import numpy as np

from engine.data import images, maths, series, tabular, text
from engine.data.intake import loading
from engine.data.own.preparing import Preparation
from engine.data.parts import Arrays, Parts, take
from engine.data.scaling import Scaling, ScalingByPort, fit
from engine.data.settings import Settings, resolve
from engine.data.split import folds, generator, mislabelled, strata
from engine.errors import DataError
from engine.i18n import tr
from engine.layers.datasets.spec import DataPort, DataSpec, Family
from engine.layers.spec import Params

_READERS: dict[Family, Callable[[Settings], Parts]] = {
    "images": images.read,
    "tabular": tabular.read,
    "maths": maths.read,
    "series": series.read,
    "text": text.read,
}


@dataclass(frozen=True)
class Dataset:
    """A data set ready for training; its arrays are shared and read-only.

    Args:
        settings: What was loaded, without automatic values.
        ports: Its ports, in the order of the table.
        train: Training part by port name, samples first.
        validation: Validation part.
        scaling: The recorded step of every float port, fitted on the training part.
        noise_variance: Least mean squared error that any network can reach, in the
            units of the (scaled) target; None where it is not known.
        preparation: Of own data: the steps before the scaling of `features`.
        origin: Of rows of own data: number in the file of each sample of both parts.
    """

    settings: Settings
    ports: tuple[DataPort, ...]
    train: Mapping[str, np.ndarray]
    validation: Mapping[str, np.ndarray]
    scaling: ScalingByPort
    noise_variance: float | None = None
    preparation: Preparation | None = None
    origin: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def spec(self) -> DataSpec:
        """The set's entry in the table."""
        return self.settings.spec

    @property
    def num_train(self) -> int:
        """How many samples train."""
        return len(self.train[self.ports[0].port.name])

    @property
    def num_validation(self) -> int:
        """How many samples validate."""
        return len(self.validation[self.ports[0].port.name])

    @property
    def num_bytes(self) -> int:
        """Bytes of all arrays of both parts."""
        return sum(
            array.nbytes for part in (self.train, self.validation)
            for array in part.values()
        )  # fmt: skip

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all arrays of both parts, with names, types and shapes."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation):
            for name, array in sorted(part.items()):
                digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
                digest.update(array.data)
        return digest.hexdigest()


def load(params: Params, *, seed_offset: int = 0) -> Dataset:
    """Return the data set that a data node with these params brings in.

    Args:
        params: Params of the node; missing ones have their defaults.
        seed_offset: Added to the split seed, for repeated experiments.

    Raises:
        ConfigError: When a parameter is out of its range.
        DataError: When a file is missing or damaged, or the set too short.

    Threads: any; the last few sets are kept and shared.
    """
    return _load(resolve(params, seed_offset))


def training_part(params: Params) -> Arrays:
    """Return the training part of a data node's set: port → array; see `load`."""
    return load(params).train


def held_bytes(params: Params | None = None) -> int:
    """Return the bytes of the sets that are in memory now.

    Args:
        params: Of the data node whose set alone counts; without them all do.

    Raises:
        ConfigError: When a parameter is out of its range.
        DataError: When the set has fewer samples than asked for.
    """
    if params is None:
        return sum(dataset.num_bytes for dataset in list(_in_memory.values()))
    dataset = _in_memory.get(resolve(params))
    return dataset.num_bytes if dataset else 0


_in_memory: WeakValueDictionary[Settings, Dataset] = WeakValueDictionary()


@lru_cache(maxsize=4)
def _load(settings: Settings) -> Dataset:
    dataset = _in_memory[settings] = _loaded(settings)
    return dataset


def _loaded(settings: Settings) -> Dataset:
    parts = _folded(_with_wrong_labels(_read(settings), settings), settings.fold)
    ports = settings.spec.ports({"context": settings.context})
    scaling = _fit_all(settings, ports, parts)
    return Dataset(
        settings=settings,
        ports=ports,
        train=_finished(settings.spec, ports, parts.train, scaling),
        validation=_finished(settings.spec, ports, parts.validation, scaling),
        scaling=scaling,
        noise_variance=_scaled_variance(parts, scaling),
        preparation=parts.preparation,
        origin=parts.origin,
    )


def _read(settings: Settings) -> Parts:
    if settings.own is not None:
        return loading.read(settings.own, settings.cut)
    return _READERS[settings.spec.family](settings)


def _with_wrong_labels(parts: Parts, settings: Settings) -> Parts:
    if not settings.label_noise or "label" not in parts.train:
        return parts
    random = generator(settings.seed + 1)
    wrong = mislabelled(parts.train["label"], settings.label_noise, random)
    return replace(parts, train={**parts.train, "label": wrong})


def _folded(parts: Parts, fold: tuple[int, ...]) -> Parts:
    """Return both parts mixed again: one fold of all samples validates."""
    if not fold:
        return parts
    whole = {
        n: np.concatenate([parts.train[n], parts.validation[n]]) for n in parts.train
    }
    place = folds(strata(whole), fold[0])
    held, rest = np.flatnonzero(place == fold[1]), np.flatnonzero(place != fold[1])
    rows = np.concatenate(parts.origin) if parts.origin else None
    origin = (rows[rest], rows[held]) if rows is not None else None
    return replace(
        parts, train=take(whole, rest), validation=take(whole, held), origin=origin
    )


def _fit_all(
    settings: Settings, ports: tuple[DataPort, ...], parts: Parts
) -> dict[str, Scaling]:
    own = settings.own
    if own is not None and not own.fitted.is_empty:
        return dict(own.fitted.checked_scaling(ports))
    steps = {}
    for port in ports:
        if port.port.kind == "float":
            name = port.port.name
            is_raw = port.is_target and not settings.scale_target
            kind = "none" if is_raw else settings.scaling
            fit_on = parts.fit_on.get(name, parts.train[name])
            if name == "features" and parts.preparation:
                steps[name] = parts.preparation.scaling(kind, fit_on)
            else:
                steps[name] = fit(kind, fit_on)
    return steps


def _finished(
    spec: DataSpec,
    ports: tuple[DataPort, ...],
    arrays: Arrays,
    scaling: ScalingByPort,
) -> dict[str, np.ndarray]:
    finished = {}
    for port in ports:
        name = port.port.name
        is_float = name in scaling
        array = scaling[name].apply(arrays[name]) if is_float else arrays[name]
        check = _check_finite if is_float else _check_labels
        check(spec, port, array)
        finished[name] = np.ascontiguousarray(array)
        finished[name].flags.writeable = False
    return finished


def _check_labels(spec: DataSpec, port: DataPort, labels: np.ndarray) -> None:
    low, high = int(labels.min()), int(labels.max())
    if low >= 0 and high < len(port.classes):
        return
    raise DataError(
        tr("A label is no class of “{port}”", port=port.port.name),
        where=tr(spec.title),
        expected=f"0..{len(port.classes) - 1}",
        got=low if low < 0 else high,
        fix=tr("Choose another data set, or correct its labels."),
    )


def _check_finite(spec: DataSpec, port: DataPort, values: np.ndarray) -> None:
    if np.isfinite(values).all():
        return
    raise DataError(
        tr("“{port}” has values that are not numbers", port=port.port.name),
        where=tr(spec.title),
        expected=tr("finite numbers"),
        got=tr("{count:other|others}", count=int((~np.isfinite(values)).sum())),
        fix=tr("Choose another data set, or fill in the missing values."),
    )


def _scaled_variance(parts: Parts, scaling: ScalingByPort) -> float | None:
    if parts.noise_variance is None:
        return None
    return parts.noise_variance / float(scaling["y"].scale[0]) ** 2
