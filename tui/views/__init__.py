"""What fills the screen: one view at a time."""
