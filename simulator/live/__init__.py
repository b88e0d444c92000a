"""A simulation that somebody watches and changes while it runs: snapshots come out, commands go in."""
