"""Runs and comparisons as documents: a page for people, a text for pull requests, a file for CI systems."""
