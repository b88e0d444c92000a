"""Measuring: what ended is written down by the hot path and counted in blocks."""
