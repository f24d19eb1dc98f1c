"""What a data node says of own data, checked against what is there."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from engine.data.own import content, fitted, practice
from engine.data.own.fitted import Fitted
from engine.data.own.preparing import wanted as wanted_steps
from engine.data.readers.table import check_settings
from engine.errors import ConfigError, DataError
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.own import OwnColumn, Sample
from engine.layers.datasets.spec import num_tokens
from engine.layers.spec import Params, Value
from engine.pretrained import vocabulary
from engine.pretrained.bpe import BytePairs


@dataclass(frozen=True)
class OwnSettings:
    """What a data node says of own data; equal settings give equal arrays.

    Args:
        path: Of file or folder.
        sample: What a sample is.
        reading: Settings of the reader, by name.
        columns: All that a document has.
        steps: Of the preparation.
        known: Steps that a run has fitted, as `engine.data.own.fitted` reads them.
        corrections: Samples with another label, or left out.
        sha256: Of the content that is meant; empty means any.
        content: Of the content that is there: another content is another set.
        tokens: Of a model, that a text is read in; None for its own.
    """

    path: str
    sample: Sample
    reading: tuple[tuple[str, Value], ...]
    columns: tuple[OwnColumn, ...]
    steps: tuple[Value, ...]
    known: tuple[Value, ...]
    corrections: tuple[Value, ...]
    sha256: str
    content: str
    tokens: BytePairs | None = None

    @cached_property
    def fitted(self) -> Fitted:
        """What a run has fitted; it is not fitted anew."""
        return fitted.of(self.known)

    @property
    def options(self) -> Params:
        """Settings of the reader."""
        return dict(self.reading)

    @property
    def file(self) -> Path:
        """Where the data is."""
        return Path(self.path)

    def of_role(self, *roles: str) -> tuple[OwnColumn, ...]:
        """Return the columns of some roles."""
        return tuple(column for column in self.columns if column.role in roles)


def settings(params: Params) -> OwnSettings | None:
    """Return what a data node says of own data; None where it brings none.

    Raises:
        ConfigError: When its columns are none.
        DataError: When nothing is chosen or there, or it is other than it was.
    """
    if not own.is_own(params):
        return None
    path = str(params.get("path") or "")
    if not path:
        raise DataError(tr("No file is chosen"), fix=tr("Choose a file or a folder."))
    found = own.columns(params)
    if not found:
        raise DataError(tr("The file was not read yet"), where=path, fix=tr("Read it."))
    if not own.spec_of(params).layout:
        raise DataError(
            tr("No column brings anything to learn from"),
            where=Path(path).name,
            expected=tr("a column with the role “input” or “target”"),
            fix=tr("Give columns other roles."),
        )
    known = cast("tuple[Value, ...]", params.get("fitted") or ())
    wanted, there = str(params.get("sha256") or ""), ""
    if fitted.of(known).use != "shapes":
        there = content.sha256(Path(path))
    if wanted and there and wanted != there:
        raise changed(Path(path))
    reading = pairs(params)
    check_settings(Path(path), dict(reading))
    steps = cast("tuple[Value, ...]", params.get("steps") or ())
    wanted_steps(steps, [column for column in found if column.is_feature])
    practice.of(steps, found)
    corrections = cast("tuple[Value, ...]", params.get("corrections") or ())
    return OwnSettings(
        path,
        own.sample_of(params),
        reading,
        found,
        steps,
        known,
        corrections,
        wanted,
        there,
        model_tokens(params) if own.sample_of(params) == "text" else None,
    )


def model_tokens(params: Params) -> BytePairs | None:
    """Return the tokens of a model that texts are read in; None for their own.

    Raises:
        DataError: When the file isn't there, or has other tokens than the document.
    """
    path, count = str(params.get("tokenizer") or ""), num_tokens(params)
    if not path:
        return None
    found = vocabulary.of(Path(path))
    wanted = str(params.get("tokens_sha256") or found.sha256)
    if len(found) != count or found.sha256 != wanted:
        raise DataError(
            tr("The tokens of the model are others than those in the project"),
            where=Path(path).name,
            expected=tr("{n:token|tokens}", n=count),
            got=tr("{n:token|tokens}", n=len(found)),
            fix=tr("Choose the file that the project was made with."),
        )
    return found


def pairs(params: Params) -> tuple[tuple[str, Value], ...]:
    """Return the settings of the reader that a document names.

    Raises:
        ConfigError: When one is no pair of a name and a value.
    """
    rows = params.get("reading") or ()
    made = []
    for row in rows if isinstance(rows, tuple) else ():
        if not isinstance(row, tuple) or len(row) != 2 or not isinstance(row[0], str):
            raise ConfigError(
                tr("This is no setting of a reader"),
                expected='["separator", "comma"]',
                got=str(row)[:80],
            )
        made.append((row[0], row[1]))
    return tuple(made)


def changed(path: Path) -> DataError:
    """Return the error for data that isn't any more what the document tells of."""
    return DataError(
        tr("The data is not what was read: its content has changed"),
        where=path.name,
        fix=tr("Read it again, or put the old one back."),
    )


@dataclass(frozen=True)
class Cut:
    """How a data node cuts own data.

    Args:
        samples: How many to keep; values of a series or text from its start.
        context: Length of a window or text.
        validation: Share of the validation part.
        seed: Of the split.
        classes: Numbers of the classes to keep; empty keeps all.
        together: Rows whose inputs are the same are in the same part.
        rows: How many there are, as far as the document tells.
    """

    samples: int
    context: int
    validation: float
    seed: int
    classes: tuple[int, ...]
    together: bool = False
    rows: int = 0
