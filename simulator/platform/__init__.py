"""What instances stand on: nodes, and who is placed on which."""
