"""Commands about finished runs: how good they are, and what they answer."""
