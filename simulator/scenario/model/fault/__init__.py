"""The language of faults: what goes wrong, with whom, and when."""
