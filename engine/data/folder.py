"""The folder of stored data sets; every file is checked when it is read."""

import hashlib
import io
from pathlib import Path

import numpy as np

import engine
from engine.data.readers import npz
from engine.errors import DataError
from engine.i18n import tr

FOLDER = Path(engine.__file__).parent.parent / "assets" / "data"
"""Beside the package `engine`, in a checkout as in an installation."""

SHA256 = {
    "breast_cancer": "85d921a3e71434bb13f9dac7bf1bf0e03d13c472513bb71287dd86ff2405667d",
    "co2": "cc60782b6a7f8243e7a7178a724505a2b9a0346969ccf5dd1268330918c08e17",
    "diabetes": "4904d5c4841521ddae157544ba04be9f58eec9fa001ec598f97f5e99af0d2211",
    "digits": "4d75c3819e00f4d15417b45af246521dcd4053d33fd4dfd70445b778ba756914",
    "iris": "fc9c51a8f284b7553e897e536e42e6414c666aaf2b48322738ecede38d20f888",
    "mnist": "d21b55132139de5f13a30a1d4a550f7be457fe928ef2f5f6015236f50299964e",
    "python_help": "a731aa28d504f09d35e42a55c2ed3736baf439e5b1345cd44816ce190b53fec0",
    "python_source": "a76b64574eacc8c55ff247e5d849f84b410dbc306c77fbc7087e0fa0306cd506",
    "sunspots": "7341d7ed45dd6b6fea707a3e3c49cba434c58c42e72ce161472f892f36c38f1e",
    "wine": "d95c3f51ffceabfc286e66e5292001dfa3d65ba9b1f08121d870d42cf2d4704e",
}
"""Content of every file; assets/data/extract.py writes the same into SOURCES.md."""


def read_arrays(name: str, folder: Path = FOLDER) -> dict[str, np.ndarray]:
    """Return the arrays of the stored set called `name`.

    Raises:
        DataError: When the file is missing or is not the one that was shipped.
    """
    path = folder / f"{name}.npz"
    content = _content(path)
    _check_hash(path, content, SHA256[name])
    return npz.arrays(io.BytesIO(content), path, _reinstall())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            tr("The data file can't be read"),
            where=path.name,
            expected=tr("a file in {folder}", folder=path.parent),
            got=error.strerror or type(error).__name__,
            fix=_reinstall(),
        ) from error


def _check_hash(path: Path, content: bytes, expected: str) -> None:
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        raise DataError(
            tr("The data file is damaged: its content is not what was shipped"),
            where=path.name,
            expected=f"SHA-256 {expected[:12]}…",
            got=f"{got[:12]}…",
            fix=_reinstall(),
        )


def _reinstall() -> str:
    return tr("Install the application again, or restore the file.")
