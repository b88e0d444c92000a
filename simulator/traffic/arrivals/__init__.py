"""Arrival processes: when the requests of an open loop come."""
