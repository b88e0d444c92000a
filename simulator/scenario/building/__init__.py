"""From a checked scenario to a world that runs."""
