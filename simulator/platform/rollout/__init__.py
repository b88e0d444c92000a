"""How the instances of a service come to run another version: strategies, and their arithmetic."""
