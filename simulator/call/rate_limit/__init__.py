"""Rate limiters: how many requests may go in a time, one algorithm a file."""
