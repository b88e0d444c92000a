"""Runs that lie in folders: found, listed, compared two by two, asked in SQL, and deleted."""
