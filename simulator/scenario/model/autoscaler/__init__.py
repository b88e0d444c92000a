"""The models of autoscalers, one file each."""
