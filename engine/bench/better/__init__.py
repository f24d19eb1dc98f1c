"""Is B better than A? Several seeds of both, in pairs, and an answer in words."""
