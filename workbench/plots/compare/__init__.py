"""Runs over each other."""
