"""What must be right beyond the shape of a scenario: names, files, phases, cycles."""
