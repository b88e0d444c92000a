"""Results as charts, for slides and papers."""
