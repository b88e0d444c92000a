"""What changes the number of instances, and their size, while they run."""
