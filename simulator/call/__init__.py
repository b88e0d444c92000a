"""Calls: who asks whom, how long a caller waits, and how each attempt ends."""
