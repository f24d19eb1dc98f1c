"""All that the window does with data of one's own, joined."""

from workbench.app.data.doors import DataDoors
from workbench.app.data.dropping import Dropping
from workbench.app.data.room import DataRoom
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.files.projects import Files
from workbench.app.pretrained.door import PretrainedDoor
from workbench.app.run.past_runs import PastRuns
from workbench.app.run.weights_dialog import WeightsCommand


class OwnData:
    """Doors, room, and what is dropped.

    Args:
        desk: Whose document gets the data.
        files: Open projects that are dropped.
        runs: Open runs that are dropped.
        weights: Loads weights that are dropped.
        outside: Knows which places may be read.
    """

    def __init__(
        self,
        desk: Desk,
        files: Files,
        runs: PastRuns,
        weights: WeightsCommand,
        outside: ForeignWeights,
    ) -> None:
        self.doors = DataDoors(desk, outside)
        self.models = PretrainedDoor(desk, outside)
        self.room = DataRoom(desk, self.doors, outside)
        doors = (self.doors, self.models)
        self.dropping = Dropping(desk.banner, files, runs, weights, doors)
        desk.inspector.file_wanted.connect(self.doors.ask_for_file)
        desk.canvas.data_wanted.connect(self.doors.ask_for_file)
