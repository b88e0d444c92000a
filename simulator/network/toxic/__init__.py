"""What a network can do to messages, one harm a file."""
