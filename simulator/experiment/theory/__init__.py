"""Queueing theory: closed forms, and the simulator held against them."""
