"""The widgets of the room “Data”: sources, table, split, health, preparation."""
