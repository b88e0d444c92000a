"""Aftershock: a chaos and resilience simulator for microservices."""
