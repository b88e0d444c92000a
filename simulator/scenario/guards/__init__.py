"""From the policies of a scenario to what guards a call, and a service."""
