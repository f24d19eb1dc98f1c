"""The room Explain: one step held still, walked node by node, with its numbers."""
