"""Everything that the command palette finds."""

from typing import TYPE_CHECKING

import presets
from engine.graph import ports
from engine.i18n import tr
from engine.layers import registry
from workbench.app.commands.actions import ENTRIES, keys_of, words_of
from workbench.dialogs.palette import Command

if TYPE_CHECKING:
    from workbench.app.window import MainWindow


def all_commands(window: "MainWindow") -> list[Command]:
    """Return everything that can be done now."""
    return [*_actions(window), *_nodes(window), *_presets(window), *_layers(window)]


def _actions(window: "MainWindow") -> list[Command]:
    made = window.actions_
    return [
        Command(words_of(made[e.id]), made[e.id].trigger, keys_of(made[e.id]), e.icon)
        for e in ENTRIES
        if e.id in made and made[e.id].isEnabled() and e.id != "palette"
    ]


def _layers(window: "MainWindow") -> list[Command]:
    add = window.canvas.add_at_centre
    return [
        Command(
            tr("Add {title}", title=spec.title),
            lambda spec=spec: add(spec.id),
            tr(registry.CATEGORIES[spec.category]),
            f"cat-{spec.category}",
            spec.category,
        )
        for spec in registry.all_specs()
    ]


def _nodes(window: "MainWindow") -> list[Command]:
    go = window.canvas.focus_node
    return [
        Command(
            tr("Go to {title}", title=ports.title(node)),
            lambda node_id=node_id: go(node_id),
            node_id,
            "fit",
        )
        for node_id, node in window.document.project.graph.nodes.items()
    ]


def _presets(window: "MainWindow") -> list[Command]:
    go = window.files.open_preset
    return [
        Command(
            tr("Open preset {title}", title=tr(info.title)),
            lambda info=info: go(info.id),
            tr("Preset"),
            "open",
        )
        for info in presets.all_presets()
    ]
