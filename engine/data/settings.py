"""The parameters of a data node with every automatic value filled in."""

from dataclasses import dataclass
from typing import cast

from engine.data.own import choice
from engine.data.own.choice import Cut, OwnSettings
from engine.errors import ConfigError, DataError
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATA, spec_of
from engine.layers.datasets.spec import DataSpec, ScalingKind, with_tokens
from engine.layers.spec import Params
from engine.pretrained.bpe import BytePairs


@dataclass(frozen=True)
class Settings:
    """What exactly is to be loaded; equal settings give equal arrays.

    Args:
        spec: The entry of the data set.
        samples: How many to draw or keep.
        noise: Standard deviation of the noise.
        context: Length of a window, signal or text; 0 where there is none.
        scaling: How inputs are scaled.
        scale_target: Number targets are scaled too.
        classes: Class numbers to keep; empty keeps all.
        label_noise: Share of the training part with wrong labels.
        validation: Share of the validation part.
        seed: Seed of the split and of drawn samples.
        own: What is said of own data; None for a built-in set.
        fold: Of how many folds which one validates; empty for the usual split.
        together: Rows of own data whose inputs are the same are in the same part.
        tokens: Of a model, that a text is read in; None for its own.
    """

    spec: DataSpec
    samples: int
    noise: float
    context: int
    scaling: ScalingKind
    scale_target: bool
    classes: tuple[int, ...]
    label_noise: float
    validation: float
    seed: int
    own: OwnSettings | None = None
    fold: tuple[int, ...] = ()
    together: bool = False
    tokens: BytePairs | None = None

    @property
    def cut(self) -> Cut:
        """How own data is cut."""
        return Cut(self.samples, self.context, self.validation, self.seed,
                   self.classes, self.together, self.spec.num_samples)  # fmt: skip


def resolve(params: Params, seed_offset: int = 0) -> Settings:
    """Return the settings that these params mean.

    Raises:
        ConfigError: When a parameter is out of its range.
        DataError: When the set has fewer samples than asked for, or own data is not
            there any more as it was read.
    """
    complete = {
        param.name: param.check(params.get(param.name, param.default))
        for param in DATA.params
    }
    spec = spec_of(complete)
    found = choice.model_tokens(complete) if spec.family == "text" else None
    spec = with_tokens(spec, found.names) if found else spec
    automatic = {"noise": spec.noise or 0.0, "scaling": spec.scaling}
    filled = {
        name: automatic.get(name) if value is None else value
        for name, value in complete.items()
    }
    return Settings(
        spec=spec,
        samples=_samples(spec, cast("int | None", filled["samples"])),
        noise=cast("float", filled["noise"]),
        context=spec.length(complete),
        scaling=cast("ScalingKind", filled["scaling"]),
        scale_target=cast("bool", filled["scale_target"]),
        classes=_classes(spec, cast("tuple[int, ...]", filled["classes"])),
        label_noise=cast("float", filled["label_noise"]),
        validation=cast("float", filled["validation"]),
        seed=cast("int", filled["split_seed"]) + seed_offset,
        own=choice.settings(complete),
        fold=_fold(complete.get("fold")),
        together=bool(complete["together"]),
        tokens=found,
    )


def _fold(rows: object) -> tuple[int, ...]:
    match rows:
        case () | None:
            return ()
        case ((int(count), int(number)),) if count >= 2 and 0 <= number < count:
            return count, number
    raise ConfigError(tr("This is no fold"), expected="[[5, 0]]", got=str(rows)[:80])


def _classes(spec: DataSpec, chosen: tuple[int, ...]) -> tuple[int, ...]:
    if not chosen:
        return ()
    names = next((port.classes for port in spec.layout if port.is_label), ())
    unknown = sorted(number for number in set(chosen) if number >= len(names))
    if unknown:
        raise DataError(
            tr("The data set has no such class"),
            where=tr(spec.title),
            expected=tr("numbers under {count}", count=len(names)),
            got=", ".join(map(str, unknown)),
            fix=tr("Clear “Classes” to keep all."),
        )
    return tuple(sorted(set(chosen)))


def _samples(spec: DataSpec, chosen: int | None) -> int:
    if chosen is None:
        return spec.num_samples
    if chosen > spec.num_samples and spec.family != "maths":
        raise DataError(
            tr("The data set does not have so many samples"),
            where=tr(spec.title),
            expected=tr("at most {count}", count=spec.num_samples),
            got=chosen,
            fix=tr("Lower “Samples”, or clear it to use all."),
        )
    return chosen
