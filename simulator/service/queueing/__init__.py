"""Who is next: the orders in which waiting requests are taken."""
