"""How large the instances of a service are, as the VerticalPodAutoscaler of Kubernetes sees it."""
