"""Scenarios that come with Aftershock."""
