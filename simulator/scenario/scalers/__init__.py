"""From the models of autoscalers to the things themselves, one file each."""
