"""Services: endpoints made of steps, the instances that execute them, their queues and processors."""
