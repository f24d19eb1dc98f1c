"""The document as text: reading, writing, migrating."""
