"""Simulated neighbours, each a process of its own, for development and tests. None of them starts in production."""
