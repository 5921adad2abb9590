"""E-HPC: jobs of a cluster's scheduler, rerun by killing and queueing them again."""
