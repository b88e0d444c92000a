"""From the faults of a scenario to events on the clock, and what there is to say of each kind."""
