"""One view each: what it shows, made from a network's answers."""
