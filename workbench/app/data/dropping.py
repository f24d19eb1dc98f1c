"""Files that are dropped onto the window: each kind where it belongs."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData

from engine.i18n import tr
from engine.places import is_file
from workbench.app.bars.banner import Banner
from workbench.app.data.doors import DataDoors
from workbench.app.files.projects import Files
from workbench.app.pretrained.door import PretrainedDoor
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.weights_dialog import WeightsCommand
from workbench.document.document import SUFFIX

_WEIGHTS = frozenset((".safetensors", ".pt", ".pth", ".ckpt"))
_MEDIA = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm",
     ".wav", ".flac", ".ogg", ".mp3")
)  # fmt: skip
_RUN, _CONFIG, _MODEL = "run.json", "config.json", ".gguf"
_MOST = 12
"""Files that are asked about one after the other."""


def _is_weights(path: Path) -> bool:
    """Return whether a file holds weights: a `.bin` may also be a data set."""
    ending = path.suffix.lower()
    beside = ending == ".bin" and is_file(path.with_name(_CONFIG))
    return ending in _WEIGHTS or beside


class Dropping:
    """Opens what is dropped, or says in a sentence why it can't be.

    Args:
        banner: Says it.
        files: Open projects.
        runs: Open runs.
        weights: Loads weights.
        doors: Read data, and models by others.
    """

    def __init__(
        self,
        banner: Banner,
        files: Files,
        runs: PastRuns,
        weights: WeightsCommand,
        doors: tuple[DataDoors, PretrainedDoor],
    ) -> None:
        self._banner, self._files, self._runs = banner, files, runs
        self._weights, (self._doors, self._models) = weights, doors

    def takes(self, data: QMimeData) -> bool:
        """Return whether something here can be dropped, or at least be answered."""
        return data.hasUrls()

    def drop(self, data: QMimeData) -> None:
        """Open what was dropped."""
        urls = data.urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if not paths:
            words = tr(
                "Nothing was opened: only files and folders of this computer can be "
                "dropped here."
            )
            self._banner.say("warning", words)
            return
        self.open(paths)

    def open(self, paths: Sequence[Path]) -> None:
        """Open files and folders."""
        project = next((p for p in paths if p.suffix == SUFFIX), None)
        first = paths[0]
        if project is not None:
            self._files.open_path(project)
        elif is_file(first / _RUN):
            self._runs.open(first, self._files.may_leave)
        elif first.suffix.lower() == _MODEL:
            self._models.open(first)
        elif _is_weights(first):
            words = tr("{name} holds weights, no data.", name=first.name)
            offers = [(tr("Load weights…"), self._weights.show)]
            if is_file(first.with_name(_CONFIG)):
                model = (tr("Open as a model…"), lambda: self._models.open(first))
                offers.insert(0, model)
            self._banner.say("info", words, offers)
        elif len(paths) > 1 and all(p.suffix.lower() in _MEDIA for p in paths):
            self._offer_folder(first.parent)
        elif len(paths) > _MOST:
            words = tr(
                "{n:file|files} at once are too many: drop the folder that they are "
                "in.",
                n=len(paths),
            )
            self._banner.say("warning", words)
        else:
            self._doors.open(paths)

    def _offer_folder(self, folder: Path) -> None:
        words = tr(
            "Images and sounds are read as a folder, with a folder in it for each "
            "class."
        )
        offer = tr("Open the folder {name}", name=folder.name)
        offers = [(offer, lambda: self._doors.open([folder]))]
        self._banner.say("info", words, offers)
