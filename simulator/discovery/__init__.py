"""How callers learn which instances exist and are well."""
