"""What times, shares and counts are drawn from: one family a file."""
