"""Concurrency limits: how many requests may be under way, one algorithm a file."""
