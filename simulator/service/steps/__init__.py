"""The steps that an endpoint is made of, one operation a file."""
