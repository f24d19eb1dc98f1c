"""Own data into both parts of a data set, and what keeps it from that."""
