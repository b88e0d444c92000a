"""Budgets: how many retries a caller may make for all of its calls."""
