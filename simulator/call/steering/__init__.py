"""Which region a client is told when it asks for a name."""
