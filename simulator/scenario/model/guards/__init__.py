"""What guards a call: one model for each policy, with the profiles of real libraries."""
