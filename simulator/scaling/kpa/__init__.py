"""The autoscaler of Knative, which scales to zero and back."""
