"""The HorizontalPodAutoscaler of Kubernetes."""
