"""Scheduled harm, one kind a file."""
