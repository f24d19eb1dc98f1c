"""Lessons: files with text, steps and questions, and what is a right answer."""
