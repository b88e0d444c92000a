"""Balancers: which instance gets the next attempt."""
