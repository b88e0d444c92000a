"""The network between callers and callees."""
