"""One step of a training held still: what flows where, what comes back, what moves."""
