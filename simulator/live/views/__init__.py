"""How the parts of a world look from outside: one module for each kind of thing."""
