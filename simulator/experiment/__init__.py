"""Running scenarios: one run, its result, its verdict."""
