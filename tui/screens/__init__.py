"""What covers the views for a while."""
