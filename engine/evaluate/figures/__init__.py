"""Figures of answers: plain numpy, each with its source."""
