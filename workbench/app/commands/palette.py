"""Everything that the command palette finds."""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from PySide6.QtCore import Qt, QTimer

import presets
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from workbench.app.bars.toolbar import DevicePicker
from workbench.app.commands import help as help_
from workbench.app.commands.reach import Reach
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.canvas.cards import catalogue_items
from workbench.canvas.edits import here
from workbench.commands.registry import MENUS, Bound, offered
from workbench.dialogs.palette import Command, CommandPalette
from workbench.inspector.found_settings import Setting
from workbench.theme.text import word

_ITSELF, _LAST = "palette", "quit"
_VALUE_LETTERS, _THERE = 24, 30.0
"""Letters of a value; a node that is there comes after layers that fit here."""


def show(reach: Reach) -> CommandPalette:
    """Open the command palette."""
    settings, desk = reach.desk.settings, reach.desk
    ask_help = partial(help_.search, reach)
    palette = CommandPalette(
        _at_once(reach), desk.widget, settings.last_commands, ask_help
    )
    _add_presets(palette, reach.made.files)
    palette.ran.connect(settings.add_command)
    palette.finished.connect(palette.deleteLater)
    palette.show()
    return palette


def all_commands(reach: Reach) -> list[Command]:
    """Return everything that can be done now."""
    files = reach.made.files
    return [*_at_once(reach), *(_preset(files, info) for info in presets.all_presets())]


def _at_once(reach: Reach) -> list[Command]:
    """Return what needs no reading."""
    desk = reach.desk
    return [*_actions(reach), *_settings(desk), *_nodes(desk), *_layers(desk)]


def _add_presets(palette: CommandPalette, files: Files) -> None:
    """Add the presets between two events: each of them is a file to be read."""
    waiting, lines = iter(presets.all_ids()), list[Command]()
    timer = QTimer(palette)

    def add() -> None:
        name = next(waiting, None)
        if name is None:
            timer.stop()
            palette.add(lines)
        else:
            lines.append(_preset(files, _info(name)))

    timer.timeout.connect(add)
    timer.start(0)


def _actions(reach: Reach) -> list[Command]:
    groups = [group for menu in MENUS for group in offered(menu, reach.commands)]
    rows = [one for group in groups for one in group if _is_listed(one)]
    rows.sort(key=lambda one: one.command.id == _LAST)
    return [_action(one) for one in rows]


def _action(one: Bound[Any]) -> Command:
    row = one.command
    english = row.words.replace("&", "")
    return Command(
        one.plain_words, one.run, row.key, row.icon, id=row.id, others=(english,)
    )


def _is_listed(one: Bound[Any]) -> bool:
    row = one.command
    is_of_use = one.is_enabled or row.explains
    return is_of_use and not row.menu and row.id != _ITSELF


def _settings(desk: Desk) -> list[Command]:
    return [
        *(_setting(desk, each) for each in desk.inspector.settings()),
        *_device(desk),
    ]


def _device(desk: Desk) -> Iterator[Command]:
    """Yield the one setting of the training that stands elsewhere."""
    picker = desk.widget.findChild(DevicePicker)
    if picker is None:
        return

    def go() -> None:
        picker.setFocus(Qt.FocusReason.ShortcutFocusReason)
        picker.showPopup()

    label = f"{tr('Device')} · {tr('Training')}"
    yield Command(label, go, picker.currentText(), "device", group="settings")


def _setting(desk: Desk, setting: Setting) -> Command:
    """Return the line of a setting: what it is of, what it is now, the way there."""

    def go() -> None:
        desk.docks.raise_("inspector")
        setting.go()

    return Command(
        f"{setting.label} · {word(setting.where)}",
        go,
        word(setting.value, _VALUE_LETTERS),
        "settings",
        group="settings",
        others=(setting.label, setting.doc),
    )


def _layers(desk: Desk) -> list[Command]:
    place = here.of(desk.canvas).place
    items = {item.type_id: item for item in catalogue_items.layers()}
    return [
        Command(
            tr("Add {title}", title=spec.title),
            partial(desk.canvas.add_at_centre, spec.id),
            tr(registry.CATEGORIES[spec.category]),
            f"cat-{spec.category}",
            spec.category,
            group="layers",
            id=f"add {spec.id}",
            others=(spec.title, *spec.aliases),
            place=place(items[spec.id]),
        )
        for spec in registry.all_specs()
        if spec.id in items
    ]


def _nodes(desk: Desk) -> list[Command]:
    go, graph = desk.canvas.focus_node, desk.document.project.graph
    return [
        Command(
            tr("Go to {title}", title=word(title(graph, node))),
            partial(go, node_id),
            word(node_id),
            "fit",
            group="layers",
            others=(word(title(graph, node)), word(node_id)),
            place=_THERE,
        )
        for node_id, node in graph.nodes.items()
    ]


@cache
def _info(preset_id: str) -> presets.PresetInfo:
    """Return what a preset says of itself; it ships, and stays as it is."""
    return presets.info(preset_id)


def _preset(files: Files, info: presets.PresetInfo) -> Command:
    return Command(
        tr("Open preset {title}", title=tr(info.title)),
        partial(files.open_preset, info.id),
        tr("Preset"),
        "open",
        group="presets",
        id=f"preset {info.id}",
        others=(tr(info.title), info.id, tr(info.family)),
    )
